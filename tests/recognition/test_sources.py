import io
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from platekeeper.recognition import videos
from platekeeper.recognition.sources import (
    SourceFrame,
    UnreadableFile,
    frames_of,
    is_stream,
    listed,
    load_picture,
)
from tests.recognition.drawn import street_with


def picture(file: Path, scene: np.ndarray | None = None, **options: object) -> Path:
    Image.fromarray((street_with("8ABC123") if scene is None else scene)[:, :, ::-1]).save(file, **options)
    return file


def video(
    file: Path, scenes: Sequence[np.ndarray] | None = None, *, frames: int = 20, fps: float = 10.0
) -> Path:
    grey = [np.full((180, 320, 3), 10 * (number % 20), dtype=np.uint8) for number in range(frames)]
    shown = scenes or grey
    size = (shown[0].shape[1], shown[0].shape[0])
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*"MJPG"), fps, size)
    for scene in shown:
        writer.write(scene)
    writer.release()
    return file


def outcomes(path: Path | str, **options: float) -> tuple[list[SourceFrame], list[UnreadableFile]]:
    everything = list(frames_of(str(path), **options))
    frames = [each for each in everything if isinstance(each, SourceFrame)]
    return frames, [each for each in everything if isinstance(each, UnreadableFile)]


class TestLoadPictureRefuses:
    def refusal(self, file: Path) -> str:
        with pytest.raises(UnreadableFile) as refused:
            load_picture(file)
        assert str(file) in str(refused.value)
        return str(refused.value)

    def test_an_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").touch()

        assert "the file is empty; copy it again" in self.refusal(tmp_path / "a.jpg")

    def test_what_is_no_picture(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_text("plates, plates, plates")

        assert "no picture that can be read; give JPEG" in self.refusal(tmp_path / "a.jpg")

    @pytest.mark.parametrize("kind", ["jpg", "png", "webp", "bmp", "tiff"])
    @pytest.mark.parametrize("left", [0.3, 0.9])
    def test_a_picture_cut_short(self, tmp_path: Path, kind: str, left: float) -> None:
        whole = picture(tmp_path / f"a.{kind}").read_bytes()
        (tmp_path / f"a.{kind}").write_bytes(whole[: int(len(whole) * left)])

        assert "; " in self.refusal(tmp_path / f"a.{kind}")

    def test_a_missing_file(self, tmp_path: Path) -> None:
        assert "cannot be opened" in self.refusal(tmp_path / "a.jpg")

    def test_a_folder(self, tmp_path: Path) -> None:
        assert "cannot be opened" in self.refusal(tmp_path)

    def test_more_pixels_than_memory_should_hold(self, tmp_path: Path) -> None:
        Image.new("1", (40_000, 4_000)).save(tmp_path / "a.png")

        assert "more than 120 million pixels; scale it down" in self.refusal(tmp_path / "a.png")

    def test_a_bomb(self, tmp_path: Path) -> None:
        Image.new("1", (60_000, 9_000)).save(tmp_path / "a.png")

        assert "million pixels" in self.refusal(tmp_path / "a.png")


class TestLoadPicture:
    @pytest.mark.parametrize("kind", ["jpg", "png", "webp", "bmp", "tiff", "gif"])
    def test_reads_each_kind_in_blue_green_red(self, tmp_path: Path, kind: str) -> None:
        scene = np.zeros((40, 60, 3), dtype=np.uint8)
        scene[:] = (200, 100, 50)

        loaded = load_picture(picture(tmp_path / f"a.{kind}", scene))

        assert loaded.shape == (40, 60, 3)
        assert loaded.dtype == np.uint8
        assert np.abs(loaded[20, 30].astype(int) - (200, 100, 50)).max() < 12

    def test_honours_the_rotation_mark(self, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        scene = np.zeros((40, 60, 3), dtype=np.uint8)
        scene[:20] = 255

        loaded = load_picture(picture(tmp_path / "a.jpg", scene, exif=exif, quality=95))

        assert loaded.shape == (60, 40, 3)
        assert loaded[30, 35].min() > 200
        assert loaded[30, 5].max() < 50

    def test_reads_one_pixel(self, tmp_path: Path) -> None:
        assert load_picture(picture(tmp_path / "a.png", np.zeros((1, 1, 3), dtype=np.uint8))).shape == (
            1,
            1,
            3,
        )

    def test_reads_8k(self, tmp_path: Path) -> None:
        Image.new("RGB", (7680, 4320), "gray").save(tmp_path / "a.jpg")

        assert load_picture(tmp_path / "a.jpg").shape == (4320, 7680, 3)

    @pytest.mark.parametrize(
        ("mode", "colour"), [("L", 128), ("CMYK", (0, 0, 0, 127)), ("P", 128), ("LA", (128, 255))]
    )
    def test_brings_other_modes_to_colour(self, tmp_path: Path, mode: str, colour: object) -> None:
        file = tmp_path / ("a.jpg" if mode in {"L", "CMYK"} else "a.png")
        image = (
            Image.new("L", (20, 10), 128).convert("P") if mode == "P" else Image.new(mode, (20, 10), colour)
        )
        image.save(file)

        loaded = load_picture(file)

        assert loaded.shape == (10, 20, 3)
        assert abs(int(loaded[5, 5, 0]) - 128) < 4

    def test_lays_transparency_over_white(self, tmp_path: Path) -> None:
        Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(tmp_path / "a.png")

        assert load_picture(tmp_path / "a.png")[5, 5].tolist() == [255, 255, 255]

    @pytest.mark.parametrize(("top", "seen"), [(65_535, 128), (4_095, 128)])
    def test_brings_deep_grey_to_8_bits(self, tmp_path: Path, top: int, seen: int) -> None:
        deep = np.full((10, 20), top, dtype=np.uint16)
        deep[:5] = top // 2 + 1
        cv2.imwrite(str(tmp_path / "a.png"), deep)

        loaded = load_picture(tmp_path / "a.png")

        assert abs(int(loaded[2, 2, 0]) - seen) <= 1
        assert loaded[7, 2].tolist() == [255, 255, 255]

    def test_reads_deep_colour(self, tmp_path: Path) -> None:
        cv2.imwrite(str(tmp_path / "a.png"), np.full((10, 20, 3), (51400, 25700, 12850), dtype=np.uint16))

        assert np.abs(load_picture(tmp_path / "a.png")[5, 5].astype(int) - (200, 100, 50)).max() <= 1


class TestListed:
    def test_refuses_a_name_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="no such file or folder; check the name"):
            listed(str(tmp_path / "nothing"))

    def test_refuses_a_folder_without_pictures(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").touch()

        with pytest.raises(UnreadableFile, match="no pictures and no videos; name a folder that does"):
            listed(str(tmp_path))

    def test_searches_a_folder_in_depth_and_sorts(self, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        (tmp_path / ".thumbs").mkdir()
        for name in ("c.JPG", "b/z.png", "a.mp4", "notes.txt", ".thumbs/a.jpg"):
            (tmp_path / name).touch()

        assert listed(str(tmp_path)) == [str(tmp_path / name) for name in ("a.mp4", "b/z.png", "c.JPG")]

    def test_takes_files_and_addresses_as_they_are(self, tmp_path: Path) -> None:
        (tmp_path / "camera.dat").touch()

        assert listed(str(tmp_path / "camera.dat")) == [str(tmp_path / "camera.dat")]
        assert listed("rtsp://127.0.0.1/live") == ["rtsp://127.0.0.1/live"]

    @pytest.mark.parametrize(
        ("path", "streams"),
        [("rtsp://camera/1", True), ("RTSP://camera", True), ("C:/a.jpg", False), ("a.jpg", False)],
    )
    def test_tells_streams_from_files(self, path: str, streams: bool) -> None:
        assert is_stream(path) is streams


class TestFramesOfVideo:
    def test_tells_that_a_file_is_no_video(self, tmp_path: Path) -> None:
        (tmp_path / "a.mp4").write_text("this is no video")

        frames, problems = outcomes(tmp_path / "a.mp4")

        assert frames == []
        assert "no picture can be had from it; check that it is a video" in str(problems[0])

    def test_tells_that_a_file_is_empty(self, tmp_path: Path) -> None:
        (tmp_path / "a.ts").touch()

        frames, problems = outcomes(tmp_path / "a.ts")

        assert frames == []
        assert "the file is empty; copy it again" in str(problems[0])

    def test_tells_that_a_sound_file_has_no_pictures(self, tmp_path: Path) -> None:
        # a WAV head and silence under a video's name
        sound = b"RIFF" + (36 + 8000).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
        sound += (1).to_bytes(2, "little") * 2 + (8000).to_bytes(4, "little") * 2
        sound += (
            (1).to_bytes(2, "little") + (8).to_bytes(2, "little") + b"data" + (8000).to_bytes(4, "little")
        )
        (tmp_path / "a.avi").write_bytes(sound + b"\x80" * 8000)

        frames, problems = outcomes(tmp_path / "a.avi")

        assert frames == []
        assert len(problems) == 1

    def test_reads_what_is_there_of_a_video_cut_short_and_says_so(self, tmp_path: Path) -> None:
        whole = video(tmp_path / "a.avi", frames=60).read_bytes()
        (tmp_path / "a.avi").write_bytes(whole[: len(whole) // 2])

        frames, problems = outcomes(tmp_path / "a.avi", every_s=0)

        assert 10 < len(frames) < 50
        assert "the video is cut short" in str(problems[0])

    def test_gives_every_frame_with_number_and_time(self, tmp_path: Path) -> None:
        frames, problems = outcomes(video(tmp_path / "a.avi", frames=20, fps=10), every_s=0)

        assert problems == []
        assert [frame.frame for frame in frames] == list(range(20))
        assert frames[10].time_s == pytest.approx(1.0, abs=0.11)

    def test_goes_by_the_clock_of_a_video_whose_rate_varies(self, tmp_path: Path) -> None:
        # an animation is a video to FFmpeg, and the one of varying rate that can be written here
        shown = [Image.fromarray(np.full((90, 160, 3), 40 * number, dtype=np.uint8)) for number in range(5)]
        shown[0].save(
            tmp_path / "a.gif", save_all=True, append_images=shown[1:], duration=[100, 500, 100, 1000, 100]
        )
        varying = (tmp_path / "a.gif").rename(tmp_path / "a.mkv")

        frames, problems = outcomes(varying, every_s=0)

        assert problems == []
        assert [frame.time_s for frame in frames] == [0.0, 0.1, 0.6, 0.7, 1.7]
        assert [frame.time_s for frame in outcomes(varying, every_s=0.5)[0]] == [0.0, 0.6, 1.7]

    def test_gives_one_frame_in_so_many_seconds(self, tmp_path: Path) -> None:
        frames, _ = outcomes(video(tmp_path / "a.avi", frames=30, fps=10), every_s=1.0)

        assert [frame.frame for frame in frames] == pytest.approx([0, 10, 20], abs=1)

    def test_keeps_to_the_plan_where_no_frame_comes_just_when_one_is_due(self, tmp_path: Path) -> None:
        frames, _ = outcomes(video(tmp_path / "a.avi", frames=75, fps=25), every_s=0.1)

        assert len(frames) == 30

    def test_tells_that_a_stream_does_not_answer_and_keeps_its_password(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(videos, "STREAM_TIMEOUT_MS", 300)

        frames, problems = outcomes("rtsp://admin:secret@127.0.0.1:9/live")

        assert frames == []
        assert "rtsp://127.0.0.1:9/live: no picture can be had from it; check the address" in str(problems[0])
        assert "secret" not in str(problems[0])


class TestFramesOfPicture:
    def test_gives_the_picture_without_number_and_time(self, tmp_path: Path) -> None:
        frames, problems = outcomes(picture(tmp_path / "a.png"))

        assert problems == []
        assert [(frame.frame, frame.time_s) for frame in frames] == [(None, None)]

    def test_gives_the_refusal_as_a_value(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_bytes(io.BytesIO(b"\x89PNG").getvalue())

        frames, problems = outcomes(tmp_path / "a.png")

        assert frames == []
        assert len(problems) == 1
