"""Reading CTC posteriors, in NumPy. A recogniser calls `read.read_posteriors`; views call `forced_alignment`.

greedy -> runs of frames; forward -> confidence; borders -> x0, x1; characters -> boxes and alternatives;
columns -> what forward and forced_alignment share; evidence -> what is stored; centres -> measures the borders.
A truth against stored evidence, without a model: `forced_alignment.align_kept(evidence, truth)`.
"""
