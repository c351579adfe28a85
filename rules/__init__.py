"""The rules of mutual recognition: facts in, determination with findings out. Pure."""
