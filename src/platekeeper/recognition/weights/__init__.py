"""The shipped weights: ONNX files beside `manifest.json`, which names their digests."""
