"""The kinds of CSV file that fill the register, one module each."""
