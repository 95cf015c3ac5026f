"""The one family of errors this package raises on purpose; every message is written for the person who uses it."""


class OcrError(Exception):
    """Something the user gave cannot be used; `str(error)` says what and what to do about it."""


class ImageError(OcrError):
    """The bytes are not an image that can be read: not an image at all, empty, truncated."""


class ImageTooLargeError(ImageError):
    """The file or the picture in it is beyond the limits in `Settings`."""


class NotAPictureError(ImageError):
    """The file is a document of pages where a picture was asked for; read as pages it may be sound."""


class DocumentError(ImageError):
    """A PDF cannot be used: damaged, locked by a password, without such a page, too slow to draw."""


class ModelError(OcrError):
    """A model is unknown, its files are missing or broken, or they do not fit each other."""


class RuntimeMissingError(ModelError):
    """The runtime that was asked for (PyTorch, ONNX Runtime) is not installed."""


class CharsetError(OcrError):
    """A text holds characters that a model's charset lacks."""


class AlignmentError(OcrError):
    """A text cannot be aligned: it is longer than the frames can hold."""


class DatasetError(OcrError):
    """A labelled data set cannot be read: missing labels, malformed lines, nothing in it."""


class MaterialsError(OcrError):
    """Faces, texts or photographs that synthesis needs have not been fetched."""


class DecodingError(OcrError):
    """What a line is to be decoded with cannot be used: a broken pattern, an empty or too long list, a wrong weight."""


class WorkerDiedError(OcrError):
    """A process that read lines was killed or crashed, and so was every other one that was given the same lines."""
