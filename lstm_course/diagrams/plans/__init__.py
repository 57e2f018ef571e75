"""Families of pictures: from a cell to a sketch.

frame        what every cell's sketch begins with
simple       one state: RNN, clockwork, minGRU and their like
lstm_family  two belts; peepholes: elementwise weights from the belt to a gate
gru_family   one belt and two gates
generic      any cell: layers drawn, arithmetic as text
along_time   a cell unrolled, and the way of the gradient
in_and_out   a cell unrolled: which steps read, which are asked
"""
