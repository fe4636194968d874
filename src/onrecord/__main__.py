"""`python -m onrecord`: the same command line, for the supervisor's children."""

from onrecord.cli import main

main()
