"""How every phase is watched, written down epoch by epoch, and gone on with where it was left."""
