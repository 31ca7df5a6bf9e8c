"""Photos: hzcert against vipsthumbnail, pyvips, mogrify, naive Pillow, and a floor in C; the same 300 inputs in three sizes.

    python benchmarks/photos.py [--rounds 3] [--folder DIR] [--counts 200,70,30]

CPU (user and system) per photo on one core, the least of the rounds, all ways in turns. Ways in Python leave their imports
out; the others are whole processes over all files of a size. Needs apt's libvips-tools, imagemagick and libjpeg-dev with a C
compiler, and PyPI's pyvips; what is not there is left out and said.
"""

import argparse
import gc
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

SIZES = {"S": (600, 900, 92, 0), "M": (1800, 2700, 88, 2), "L": (4000, 6000, 88, 2)}  # quality, subsampling
TARGETS = {  # at least so many times ahead; of the floor: at most so many times its CPU
    "vipsthumbnail": (1.9, 1.4, 1.4),
    "pyvips": (1.4, 1.25, 1.3),
    "mogrify": (3.3, 1.8, 1.25),
    "pillow": (1.9, 4.5, 7.0),
    "floor": (2.1, 1.6, 1.25),
}
FLOOR = r"""
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
/* Scaled decoding to the next eighth above 280x420, then encoding of 280x420 pixels of it at quality 92, 4:2:0. */
int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        struct jpeg_decompress_struct d; struct jpeg_error_mgr e;
        d.err = jpeg_std_error(&e); jpeg_create_decompress(&d); jpeg_stdio_src(&d, f); jpeg_read_header(&d, TRUE);
        int part = 8;
        while (part > 1 && (d.image_width / part < 280 || d.image_height / part < 420)) part /= 2;
        d.scale_num = 1; d.scale_denom = part; d.out_color_space = JCS_RGB;
        jpeg_start_decompress(&d);
        size_t row = (size_t)d.output_width * 3;
        unsigned char *pixels = malloc(row * d.output_height);
        while (d.output_scanline < d.output_height) {
            JSAMPROW at = pixels + row * d.output_scanline;
            jpeg_read_scanlines(&d, &at, 1);
        }
        jpeg_finish_decompress(&d);
        unsigned char *out = NULL; unsigned long size = 0;
        struct jpeg_compress_struct c; struct jpeg_error_mgr ce;
        c.err = jpeg_std_error(&ce); jpeg_create_compress(&c); jpeg_mem_dest(&c, &out, &size);
        c.image_width = 280; c.image_height = 420; c.input_components = 3; c.in_color_space = JCS_RGB;
        jpeg_set_defaults(&c); jpeg_set_quality(&c, 92, TRUE); jpeg_start_compress(&c, TRUE);
        while (c.next_scanline < 420) {
            JSAMPROW at = pixels + row * c.next_scanline;
            jpeg_write_scanlines(&c, &at, 1);
        }
        jpeg_finish_compress(&c); jpeg_destroy_compress(&c); jpeg_destroy_decompress(&d);
        free(out); free(pixels); fclose(f);
    }
    return 0;
}
"""


def inputs(folder: Path, counts: dict[str, int]) -> dict[str, list[Path]]:
    """Drawn portraits with a camera's noise; the same every time."""
    from samples.portraits import portrait

    found: dict[str, list[Path]] = {}
    for size, (width, height, quality, subsampling) in SIZES.items():
        found[size] = []
        for number in range(counts[size]):
            path = folder / f"{size}{number:03}.jpg"
            found[size].append(path)
            if path.exists():
                continue
            dice = np.random.default_rng(number)
            drawn = portrait(number, 600, 900, noise=0).resize((width, height), Image.Resampling.BICUBIC)
            noise = dice.normal(0, 3, (height // 2, width // 2, 3)).astype(np.float32).repeat(2, 0).repeat(2, 1)
            pixels = np.asarray(drawn, dtype=np.float32) + noise[:height, :width]
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=quality, subsampling=subsampling)
    return found


# --- the ways in Python, each in a process of its own ---------------------------------------------------------------


def _spec():
    from hzcert.policy import load_policy

    return load_policy("huzhou-2007-35").policy.photo_spec(date(2007, 9, 15))


def hzcert_cut() -> Callable[[Path], object]:
    """Read, cut in the middle, write: no face is looked for."""
    from hzcert import imaging
    from hzcert.imaging import reading
    from hzcert.imaging.box import Box
    from hzcert.imaging.face import Faces

    spec = _spec()

    def one(path: Path) -> bytes:
        source = imaging.load(path, spec)
        image, _ = reading.pixels(source, spec.width, spec.height)
        given = imaging.Portrait(source, image, Box(0, 0, 1, 1), source.width, source.height, Faces())
        return imaging.encode(imaging.cut(given, spec)[0], spec)

    return one


def hzcert_whole() -> Callable[[Path], object]:
    """All of it: face, every measure, judgement, photo."""
    from hzcert import shots

    spec = _spec()
    return lambda path: shots.normalise_one(shots.PhotoJob(path, path.name, 0, "", spec, check=False))


def pillow() -> Callable[[Path], object]:
    """What one writes first."""

    def one(path: Path) -> bytes:
        out = BytesIO()
        Image.open(path).convert("RGB").resize((280, 420), Image.Resampling.LANCZOS).save(out, "JPEG", quality=90)
        return out.getvalue()

    return one


def pyvips() -> Callable[[Path], object]:
    """Libvips through its binding, one thread."""
    import pyvips as vips

    vips.cache_set_max(0)

    def one(path: Path) -> bytes:
        image = vips.Image.thumbnail(str(path), 280, height=420, size="force")
        return bytes(image.jpegsave_buffer(Q=90, strip=True))

    return one


PYTHON = {way.__name__: way for way in (hzcert_cut, hzcert_whole, pillow, pyvips)}


def one_way(name: str, paths: list[Path]) -> None:
    """Run a way in this process; print CPU seconds and the most memory in megabytes."""
    if name.startswith("hzcert"):
        from hzcert import work

        work.keep_memory()  # as its workers do
    one = PYTHON[name]()
    one(paths[0])
    before = time.process_time()
    for path in paths:
        one(path)
    print(time.process_time() - before, most_memory())


def most_memory() -> float:
    """The most megabytes that this process has held; the system's own figure counts its parent's, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


# --- the others -----------------------------------------------------------------------------------------------------


def commands(out: Path, tools: Path) -> dict[str, list[str]]:
    """The programs that are here; the files follow."""
    found = {
        "vipsthumbnail": ["vipsthumbnail", "--size", "280x420!", "-o", f"{out}/%s.jpg[Q=90,strip]"],
        "mogrify": [
            "mogrify", "-define", "jpeg:size=280x420", "-define", "jpeg:extent=50kb", "-auto-orient", "-resize", "280x420!",
            "-strip", "-units", "PixelsPerInch", "-density", "200", "-path", str(out),
        ],
    }  # fmt: skip
    found = {name: command for name, command in found.items() if shutil.which(command[0])}
    source = tools / "floor.c"
    source.write_text(FLOOR)
    compiled = subprocess.run(
        ["cc", "-O2", "-o", tools / "floor", source, "-ljpeg"], capture_output=True, check=False, text=True
    )
    if compiled.returncode == 0:
        found["floor"] = [str(tools / "floor")]
    return found


# One thread each, and the system's allocator set for everybody as our workers set it (`work.keep_memory`).
ALIKE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VIPS_CONCURRENCY", "MAGICK_THREAD_LIMIT"), "1") | {
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(8 << 20),
}


def cpu_of(command: list[str]) -> float:
    """User and system seconds of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=os.environ | ALIKE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(way: str, paths: list[Path], programs: dict[str, list[str]]) -> tuple[float, float]:
    """CPU milliseconds a photo, and megabytes where they are known."""
    if way in programs:
        return cpu_of([*programs[way], *map(str, paths)]) / len(paths) * 1000, 0.0
    command = [sys.executable, __file__, "--one", way, *map(str, paths)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ | ALIKE)
    if ran.returncode:
        return float("nan"), 0.0
    seconds, memory = map(float, ran.stdout.split())
    return seconds / len(paths) * 1000, memory


def checks(folder: Path) -> None:
    """Finished photos judged, a second and core: read anew, and known by their hashes."""
    gc.set_threshold(200_000, 20, 50)  # as in the command
    from contextlib import nullcontext

    from hzcert import photodesk, shots
    from hzcert.settings import Options, settle
    from hzcert.work import Silent
    from people import id_number
    from samples.portraits import portrait

    spec = _spec()
    received, out = folder / "finished", folder / "known"
    received.mkdir(exist_ok=True)
    dice = np.random.default_rng(7)
    for number in range(1000):
        path = received / f"{id_number(f'{1950 + number // 25}-03-12', '男', number % 25)}.jpg"
        if not path.exists():
            look = np.asarray(portrait(number % 50, 280, 420))
            grain = dice.integers(-24, 25, (21, 14, 3)).repeat(20, 0).repeat(20, 1)
            dark = (look.min(axis=2) < 200)[:, :, None]  # only the person: each looks a little different
            pixels = np.where(dark, look.astype(np.int16) + grain, look).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(path, quality=88, dpi=(200, 200))
    paths = sorted(received.iterdir())
    jobs = [shots.PhotoJob(path, path.name, 0, path.stem, spec, check=True, literal=False) for path in paths[:300]]
    shots.normalise_one(jobs[0])
    before = time.process_time()
    for job in jobs:
        shots.normalise_one(job)
    print(f"finished photos checked, all measures: {len(jobs) / (time.process_time() - before):.0f} a second and core")

    def watch(_label: str, _total: int) -> nullcontext[Silent]:
        return nullcontext(Silent())

    settings = settle(Options(workers=1, as_of="2007-09-15"))
    made = photodesk.normalise(received, out, settings, watch, dry_run=False, show_ids=False)
    seconds = []
    for _ in range(3):
        before = time.process_time()
        checked = photodesk.check(out, settings, watch, show_ids=False)
        seconds.append(time.process_time() - before)
    known = checked.counts["read"]
    print(
        f"known by their hashes: {known / min(seconds):.0f} a second ({known} of {made.counts['read']}, whole command)"
    )


def memory(folder: Path) -> None:
    """The most memory that a worker takes on large pictures of several kinds, and over many photos."""
    from samples.portraits import portrait

    large = (
        {"108.jpg": (8485, 12728)}
        | dict.fromkeys(("24.png", "24.webp", "24.tif"), (4000, 6000))
        | {"9.bmp": (2480, 3508)}
    )
    for name, size in large.items():
        if not (folder / name).exists():
            words = {".png": {}, ".bmp": {}, ".tif": {"compression": "tiff_lzw"}}.get(name[-4:], {"quality": 85})
            portrait(1, 600, 900).resize(size, Image.Resampling.BILINEAR).save(folder / name, **words)
    few = [folder / "S000.jpg"]
    many = {"one photo": few, "10,000 photos": few * 10_000}
    for label, paths in (
        many | {f"{name}, {size[0]}x{size[1]}": [folder / name] for name, size in large.items()}
    ).items():
        listed = folder / "paths.txt"
        listed.write_text("\n".join(map(str, paths)))
        command = [sys.executable, __file__, "--worker", str(listed)]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"memory of a worker, {label}: {float(ran.stdout):.0f} MB")


def main() -> None:
    """All ways in turns, and how they compare."""
    if sys.argv[1:2] == ["--one"]:
        one_way(sys.argv[2], [Path(path) for path in sys.argv[3:]])
        return
    if sys.argv[1:2] == ["--worker"]:
        from hzcert import shots, work  # what a worker loads, and no more
        from hzcert.photospec import PhotoSpec

        work.keep_memory()

        numbers = (
            280, 420, 200, 200, 280, 300, 420, 51200, 50000, 1.35, 1.55, 2.5, 0.6, 0.85, 2.5, 0.9, 0.18, 0.25, 25.0, 0.45,
            0.12, 0.8, 0.91, 0.1, 0.63, 0.07, 0.45, 0.8, 0.08, -0.03, 200_000_000, 67_108_864,
        )  # fmt: skip
        spec = PhotoSpec(*numbers)
        for path in map(Path, Path(sys.argv[2]).read_text().splitlines()):
            shots.normalise_one(shots.PhotoJob(path, path.name, 0, "", spec, check=False))
        print(most_memory())
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "hzcert-bench-photos")
    parser.add_argument("--counts", default="200,70,30")
    parser.add_argument("--only", choices=("cut", "check", "memory"))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    paths = inputs(given.folder, dict(zip(SIZES, map(int, given.counts.split(",")), strict=True)))
    digest = hashlib.sha256(b"".join(path.read_bytes() for each in paths.values() for path in each[:5]))
    print(f"inputs {[len(each) for each in paths.values()]}, {digest.hexdigest()[:12]}")
    if given.only in (None, "cut"):
        with tempfile.TemporaryDirectory() as tools:
            compare(paths, commands(given.folder / "out", Path(tools)), given.rounds, given.folder / "out")
    if given.only in (None, "check"):
        checks(given.folder)
    if given.only in (None, "memory"):
        memory(given.folder)


def compare(paths: dict[str, list[Path]], programs: dict[str, list[str]], rounds: int, out: Path) -> None:
    """Every way on every size, in turns."""
    out.mkdir(exist_ok=True)
    ways = [*PYTHON, *programs]
    least: dict[str, dict[str, float]] = {way: {} for way in ways}
    most: dict[str, float] = {}
    for _ in range(rounds):
        for size, files in paths.items():
            for way in ways:
                took, held = measured(way, files, programs)
                least[way][size] = min(least[way].get(size, took), took)
                most[way] = max(most.get(way, 0.0), held)
    ours = least["hzcert_cut"]
    print(
        "| way | "
        + " | ".join(f"{size} ms, against ours" for size in paths)
        + " | aim | most MB |\n| --- |"
        + " --- |" * 5
    )
    for way in ways:
        cells = [f"{least[way][size]:.2f}, {least[way][size] / ours[size]:.2f}" for size in paths]
        if way == "floor":
            cells = [f"{least[way][size]:.2f}, ours {ours[size] / least[way][size]:.2f} times it" for size in paths]
        aim = "/".join(map(str, TARGETS[way])) if way in TARGETS else ""
        print(f"| {way} | {' | '.join(cells)} | {aim} | {most[way]:.0f} |")
    more = [f"{least['hzcert_whole'][size] - ours[size]:.2f}" for size in paths]
    print(f"face, all measures and judgement: {' / '.join(more)} ms more (aim: at most 7)")


if __name__ == "__main__":
    main()
