"""What a person can put right, and the exit codes that scripts rely on."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ends. The numbers are a promise to shell scripts."""

    DONE = 0
    SET_ASIDE = 1
    USAGE = 2
    INPUT = 3
    OUTPUT = 4
    REGISTER = 5
    CLUSTER = 6
    DEFECT = 70
    INTERRUPTED = 130
    TERMINATED = 143


class HzcertError(Exception):
    """A problem that the user can put right: what is wrong, and what to do next."""

    exit_code = ExitCode.DEFECT

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(HzcertError):
    """A wrong option, argument, batch.toml or policy file."""

    exit_code = ExitCode.USAGE


class InputError(HzcertError):
    """An input is missing or can't be read at all."""

    exit_code = ExitCode.INPUT


class OutputError(HzcertError):
    """An output can't be written."""

    exit_code = ExitCode.OUTPUT


class RegisterError(HzcertError):
    """The register can't be opened, is locked by another run, or refuses."""

    exit_code = ExitCode.REGISTER


class ClusterError(HzcertError):
    """The cluster can't be reached, or lost its workers."""

    exit_code = ExitCode.CLUSTER
