"""Runs a command beside a service on an empty database: `with_service FOLDER COMMAND …`.

The command runs in the folder and gets the service's URL in CRM_URL. Its exit status is returned.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.processes import serving


def main() -> int:
    folder, *command = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="crm-service-") as data, serving(Path(data)) as service:
        given = os.environ | {"CRM_URL": service.address}
        return subprocess.run(command, cwd=folder, env=given, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
