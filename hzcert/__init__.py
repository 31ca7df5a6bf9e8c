"""hzcert: batch toolkit for exchanging professional qualification certificates (换发专业技术资格证书)."""

from importlib.metadata import version

__version__ = version("hzcert")
