"""Money is a whole number of minor units in an int64, with an ISO 4217 currency.

`cents` in names means the currency's minor unit: cents for CNY, yen for JPY, fils for KWD. Sums
may outgrow an int64.
"""

from decimal import Decimal

MAX_CENTS = 2**63 - 1
DEFAULT_CURRENCY = "CNY"

# Sums have two columns, cents // SPLIT and cents % SPLIT, so that a sum of int64 amounts never
# overflows an int64.
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


# ISO 4217: how many decimals the minor unit of a currency has, where it is not two.
_ZERO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_DECIMALS = {
    **dict.fromkeys(_ZERO_DECIMALS.split(), 0),
    **dict.fromkeys(_THREE_DECIMALS.split(), 3),
}
# Codes by common names.
_COMMON_NAMES = {
    **dict.fromkeys(("RMB", "CNH", "YUAN", "人民币", "元", "¥", "￥"), "CNY"),
    **dict.fromkeys(("$", "US$", "美元"), "USD"),
    **dict.fromkeys(("€", "EURO", "欧元"), "EUR"),
    **dict.fromkeys(("£", "英镑"), "GBP"),
    **dict.fromkeys(("日元", "YEN"), "JPY"),
    **dict.fromkeys(("HK$", "港币", "港元"), "HKD"),
    **dict.fromkeys(("NTD", "NT$", "新台币"), "TWD"),
}


def decimals(currency: str) -> int:
    """The number of decimals of a currency: CNY 2, JPY 0, KWD 3."""
    return _DECIMALS.get(currency, 2)


def in_major_units(amount: int, currency: str) -> Decimal:
    """Converts minor units (`amountCents`): 1280 is 12.80 for CNY and 1280 for JPY."""
    return Decimal(amount).scaleb(-decimals(currency))


def suggest_currency(text: str) -> str | None:
    """The probable ISO 4217 code for a text like `RMB` or `usd`."""
    upper = text.upper()
    return upper if upper in CURRENCIES else _COMMON_NAMES.get(upper)


def split(cents: int) -> tuple[int, int]:
    """The two parts of an amount, which can be summed separately; `join` combines the sums."""
    return divmod(cents, SPLIT)


def join(high: int, low: int) -> int:
    return high * SPLIT + low
