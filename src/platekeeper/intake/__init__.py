"""What others send, made into our own values: cameras' messages into reads, list files into entries.

Nothing here stores, decides or shows anything; what a policy forbids is left out before it leaves a parser.
"""
