"""The signs of the diagram language; nothing here knows a cell.

sketch   nodes and wires, and where they lie
wires    wires as SVG paths: round corners, bridges, tips
words    words and mathematics: where they stand, how wide they are
draw     a sketch as SVG
legend   the signs with their meaning
"""
