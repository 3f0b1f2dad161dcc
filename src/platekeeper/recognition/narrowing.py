"""A network's last layer cut down to the classes that count: the same answers, without the time of all others.

The text recogniser tells 18,709 characters apart, and a plate bears 36: naming the others takes a fifth of its time. An
ONNX file is a protocol buffer, of which only what is changed is known here; all else is passed through.

Source:
    onnx.proto, messages ModelProto, GraphProto, TensorProto and StringStringEntryProto
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

_FIELDS = {
    "Tensor": (("dims", 1, "*int64"), ("name", 8, "string"), ("raw_data", 9, "bytes")),
    "Graph": (("initializer", 5, "*Tensor"),),
    "Property": (("key", 1, "string"), ("value", 2, "string")),
    "Model": (("graph", 7, "Graph"), ("metadata_props", 14, "*Property")),
}
"""Of each message: name, number and type of the fields that are looked at; those with a star are repeated."""
_TYPES = {
    "int64": FieldDescriptorProto.TYPE_INT64,
    "string": FieldDescriptorProto.TYPE_STRING,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
}


def _model_message() -> type[Any]:
    file = FileDescriptorProto(name="onnx_in_part.proto", package="part", syntax="proto2")
    for message, fields in _FIELDS.items():
        described = file.message_type.add(name=message)
        for name, number, kind in fields:
            plain = kind.removeprefix("*")
            field = described.field.add(name=name, number=number)
            field.label = field.LABEL_OPTIONAL if plain == kind else field.LABEL_REPEATED
            field.type = _TYPES.get(plain, field.TYPE_MESSAGE)
            if plain in _FIELDS:
                field.type_name = f".part.{plain}"
    pool = DescriptorPool()
    pool.Add(file)
    made: type[Any] = GetMessageClass(pool.FindMessageTypeByName("part.Model"))
    return made


_Model = _model_message()


def class_names(model: bytes) -> list[str]:
    """Return the classes of a text recogniser of PaddleOCR's make, in order, the blank first.

    Args:
        model: the ONNX file.
    """
    properties = {each.key: each.value for each in _Model.FromString(model).metadata_props}
    return ["", *properties["character"].splitlines(), " "]


def narrowed(model: bytes, kept: Sequence[int], *, of: int) -> bytes:
    """Return a model that tells some of its classes alone, each as before beside the others.

    Args:
        model: an ONNX file whose last layer is linear, followed by a softmax.
        kept: numbers of the classes to keep, in the order wanted.
        of: how many there are; no other layer is so wide.

    Returns:
        The file of a model whose last dimension is `len(kept)`.
    """
    cut = _Model.FromString(model)
    for weights in cut.graph.initializer:
        if weights.dims and weights.dims[-1] == of:
            table = np.frombuffer(weights.raw_data, dtype=np.float32).reshape(tuple(weights.dims))
            weights.raw_data = np.ascontiguousarray(table[..., kept]).tobytes()
            weights.dims[-1] = len(kept)
    return bytes(cut.SerializeToString())
