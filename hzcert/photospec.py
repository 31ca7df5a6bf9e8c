"""The photo rules of one day (照片的规定), as plain numbers: light enough to travel to every worker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhotoSpec:
    """The photo rules of one day (三.1, 三.3): sizes in pixels, lengths as shares of the picture, file sizes in bytes."""

    width: int
    height: int
    dpi: int
    min_width: int
    min_height: int
    max_width: int
    max_height: int
    max_bytes: int
    target_bytes: int
    min_ratio: float
    max_ratio: float
    max_source_ratio: float
    min_white: float
    even_white: float
    min_colour: float
    min_tones: float
    min_sharpness: float
    good_sharpness: float
    min_contrast: float
    max_dark: float
    max_bright: float
    face_score: float
    upright_score: float
    second_face: float
    head_height: float
    head_top: float
    min_head: float
    max_head: float
    max_off_centre: float
    min_gap: float
    max_pixels: int
    max_source_bytes: int
    # What came later has a value of its own, so that an office's older policy file still holds.
    max_shade: float = 25.0
    max_things: float = 0.03
    min_likeness: float = 0.6
    straighten_from: float = 1.5
    straighten_to: float = 8.0
    max_roll: float = 5.0
    max_yaw: float = 0.30
    min_pitch: float = 0.36
    max_pitch: float = 0.80
    max_cover: float = 0.30
    min_eye_light: float = 0.62
    max_red_eye: float = 0.06
    max_specks: float = 0.0008
    max_same_share: float = 0.03
    max_seal: float = 0.04
    max_seconds: int = 60
    max_gap: float = 0.2
    max_held_bytes: int = 210_000_000
    lying_score: float = 0.90
    max_shadow: float = 0.0075
    max_mouth_pale: float = 12.0
    min_mouth_detail: float = 16.0
    sharpness_lost: float = 0.02
    place_moved: float = 0.02
    min_light: float = 115.0
    least_light: float = 80.0
    max_hair: float = 0.12
    max_chin: float = 0.90
    lowest_chin: float = 0.97
    min_room: float = 0.05
    highest_crown: float = -0.10
    max_cut_above: float = 0.60
    max_touching: float = 0.20
    least_contrast: float = 15.0
    most_dark: float = 0.70
    most_bright: float = 0.30
