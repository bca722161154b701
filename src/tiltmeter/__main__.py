"""`python -m tiltmeter`: the command line, where no script is installed."""

from tiltmeter.cli import main

main()
