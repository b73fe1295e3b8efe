"""Archives that lie about their members, hide them, or lead elsewhere."""

import io
import struct
import zipfile

from sound import archive, attack, members, patch_directory


@attack("keras", r"config\.json: expected at most 100 times its \d+ stored bytes")
def zip_bomb_honest():
    return archive(members(config=b" " * (100 << 20)), zipfile.ZIP_DEFLATED)


@attack("keras", r"config\.json: expected compressed data of 5000 bytes but received \"more than that\"")
def zip_bomb_lying():
    data = archive(members(config=b" " * (100 << 20)), zipfile.ZIP_DEFLATED)
    return patch_directory(data, "config.json", 24, "<I", 5000)


@attack("keras", r"config\.json: expected compressed data of \d+ bytes but received \d+")
def zip_member_shorter_than_said():
    data = archive(method=zipfile.ZIP_DEFLATED)
    return patch_directory(data, "config.json", 24, "<I", 3000)


@attack("keras", r"config\.json: expected \d+ bytes stored as they are")
def zip_stored_sizes_disagree():
    return patch_directory(archive(), "config.json", 24, "<I", 9000)


@attack("keras", r"members of at most \d+ bytes together")
def zip_many_small_bombs():
    entries = [(f"assets/{i}", b"\0" * (9 << 10)) for i in range(3000)]
    packed = archive([*members(), *entries], zipfile.ZIP_DEFLATED)
    data = bytearray(packed)
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        if data[at + 46 : at + 53] == b"assets/":
            struct.pack_into("<II", data, at + 20, 400, 40_000)
        at += 46
    return bytes(data)


for label, member in (
    ("zip_path_up", "../../etc/evil"),
    ("zip_path_up_inside", "assets/../../evil"),
    ("zip_path_absolute", "/etc/evil"),
    ("zip_path_drive", "C:/evil"),
    ("zip_path_control", "assets/a\x1b[2Jb"),
):

    def make_path(member=member):
        return archive([*members(), (member, b"x")])

    make_path.__name__ = label
    attack("keras", r"expected a relative name that stays inside the archive")(make_path)


@attack("keras", r"\.\.\\\\evil.*expected a relative name that stays inside the archive|expected a relative name")
def zip_path_backslash():
    return archive([*members(), ("..#evil", b"x")]).replace(b"..#evil", b"..\\evil")


@attack("keras", r"config\.json: expected one member of this name but received \"two\"")
def zip_duplicate():
    entries = members()
    return archive([*entries, ("confug.json", b"{}")]).replace(b"confug.json", b"config.json")


@attack("keras", r"expected data of its own but received \"another member's bytes\"")
def zip_overlap():
    data = archive([*members(), ("assets/a", b"x" * 50), ("assets/b", b"y" * 50)])
    first = data.index(b"assets/a") - 30
    return patch_directory(data, "assets/b", 42, "<I", first)


@attack("keras", r"config\.json: expected a member without encryption")
def zip_encrypted():
    return patch_directory(archive(), "config.json", 8, "<H", 1)


@attack("keras", r"config\.json: expected a stored or deflated member but received \"method 12\"")
def zip_method():
    return patch_directory(archive(), "config.json", 10, "<H", 12)


@attack("keras", r"config\.json: expected a header that agrees with the directory")
def zip_two_names():
    data = bytearray(archive())
    at = data.index(b"config.json")
    data[at : at + 6] = b"secret"
    return bytes(data)


@attack("keras", r"at most 4096 members but received \"5003 members\"")
def zip_too_many_members():
    return archive([*members(), *((f"assets/{i}", b"") for i in range(5000))])


@attack("keras", r"config\.json: expected data that matches its checksum")
def zip_wrong_checksum():
    return archive().replace(b'"units": 2', b'"units": 3', 1)


@attack("keras", r"expected a member under 4 GiB")
def zip_over_4_gib():
    return patch_directory(archive(), "model.weights.h5", 20, "<II", 0xFFFFFFFF, 0xFFFFFFFF)


for place, share in (("start", 0.02), ("config", 0.1), ("weights", 0.5), ("directory", 0.985), ("end", 0.999)):

    def make_cut(share=share):
        data = archive()
        return data[: int(len(data) * share)]

    make_cut.__name__ = f"zip_cut_in_{place}"
    attack("keras", r"expected an intact ZIP archive but received \"a damaged one\"")(make_cut)


@attack("keras", r"expected a Keras archive with config\.json")
def zip_without_config():
    return archive(members()[2:])


@attack("keras", r"config\.json: expected JSON but received")
def zip_symbolic_link():
    """A member that some unpackers would make a link of: read as the bytes it holds."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as file:
        link = zipfile.ZipInfo("config.json", (1980, 1, 1, 0, 0, 0))
        link.create_system, link.external_attr = 3, 0o120777 << 16
        file.writestr(link, "/etc/passwd")
        for name, data in members()[2:]:
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return memory.getvalue()
