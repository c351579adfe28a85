"""临床背景目录: procedures, restricted techniques, diseases that 四（三） may refer to; pure data.

A grade or a listing belongs to one document, never to the procedure or the disease itself, so every
answer names its document. What an answer may do to a clause is decided by the rules, not here.
"""
