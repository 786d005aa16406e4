"""Money is whole cents in an int64, with an ISO 4217 currency; sums may outgrow an int64."""

MAX_CENTS = 2**63 - 1
DEFAULT_CURRENCY = "CNY"

# Sums are kept in two columns, cents // SPLIT and cents % SPLIT, so that adding up any number
# of amounts that each fit an int64 never overflows one.
SPLIT = 1_000_000_000

# ISO 4217, active codes of money in circulation.
_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW
    KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
    SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())


def split(cents: int) -> tuple[int, int]:
    """The two summable halves of an amount; join adds them up again exactly."""
    return divmod(cents, SPLIT)


def join(high: int, low: int) -> int:
    return high * SPLIT + low
