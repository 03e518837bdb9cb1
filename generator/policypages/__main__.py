"""Run the command line: `python -m policypages`."""

from policypages.cli import main

if __name__ == "__main__":
    main()
