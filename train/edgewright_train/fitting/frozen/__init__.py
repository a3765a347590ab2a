"""What frozen layers give is computed once for some views of each image, and kept for the phases.

In: a network, a part of which is frozen, and `Pixels`. Out: `examples.Examples`, in memory or on the disk, and batches
of them. All of it needs Keras and is therefore not imported here.
"""
