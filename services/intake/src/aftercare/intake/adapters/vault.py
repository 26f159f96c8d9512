"""What is kept in clear for a while is kept encrypted: AES-256-GCM, bound to the row that it belongs to."""

from dataclasses import dataclass, field

from aftercare.kit.privacy.envelope_keys import CannotDecrypt, decrypt, encrypt, master_key


@dataclass(frozen=True, slots=True)
class AesVault:
    """The first key seals; all of them open, so that a key can be replaced while its records live out their days."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def from_setting(cls, setting: str) -> "AesVault":
        """`base64,base64`: keys of 32 bytes, the current one first. Raises `ValueError` without quoting a key."""
        return cls(tuple(master_key(part.strip()) for part in setting.split(",")))

    def seal(self, plain: bytes, context: str) -> bytes:
        return encrypt(self.keys[0], plain, context)

    def open(self, sealed: bytes, context: str) -> bytes:
        """Raises `CannotDecrypt` when no key fits."""
        for key in self.keys[:-1]:
            try:
                return decrypt(key, sealed, context)
            except CannotDecrypt:
                continue
        return decrypt(self.keys[-1], sealed, context)
