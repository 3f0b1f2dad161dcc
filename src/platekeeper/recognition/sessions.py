"""How this package runs an ONNX model: on the CPU, with as many threads as asked, silently."""

from pathlib import Path

import onnxruntime


def open_session(model: Path | bytes, *, threads: int) -> onnxruntime.InferenceSession:
    """Load a model.

    Args:
        model: the file, or its bytes.
        threads: how many threads one run may use, at least 1.

    Returns:
        The session; it may be shared between threads.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # waiting threads that spin take whole cores from the server beside us
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
