"""hzcert: batch toolkit for exchanging professional qualification certificates (换发专业技术资格证书)."""

__version__ = "0.1.0"
