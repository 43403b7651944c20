"""The steps by which a stored database follows the tables of the code."""
