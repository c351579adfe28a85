"""Settings from the environment, prefix GATEWAY_; read by `bootstrap` and `cli` alone."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that a deployment can choose. Each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", extra="ignore", frozen=True)

    database_url: str | None = Field(
        None,
        description="SQLAlchemy URL: sqlite:///path or postgresql+asyncpg://user@host/db; "
        "default is gateway.sqlite3 in DATA_DIR",
    )
    redis_url: str | None = Field(
        None,
        description="redis://…; without it the memory of shown reminders is kept in the process",
    )
    object_store_url: str | None = Field(
        None, description="where DICOM files are archived: a folder, default dicom in DATA_DIR"
    )
    data_dir: Path = Field(Path("var/gateway"), description="folder of the embedded default")
    key_file: Path | None = Field(
        None, description="JSON key ring for encrypted columns; default keys.json in DATA_DIR"
    )
    policy_assignments_file: Path | None = Field(
        None,
        description="TOML file: which policy and graded catalogues an institution follows from "
        "when; without it all follow the packaged ones",
    )
    http_host: str = Field("127.0.0.1", description="address of the HTTP listener")
    http_port: int = Field(8080, description="port of the HTTP listener, 0 = any free one")
    mllp_host: str = Field("127.0.0.1", description="address of the HL7 v2 MLLP listener")
    mllp_port: int = Field(2575, description="port of the MLLP listener, 0 = any free one")
    dicom_host: str = Field("127.0.0.1", description="address of the DICOM listener")
    dicom_port: int = Field(11112, description="port of the DICOM listener, 0 = any free one")
    dicom_ae_title: str = Field("RECOGNITION", description="our DICOM AE title")
    dicom_accept_private_classes: bool = Field(
        True, description="accept storage of SOP classes that are not in the standard's list"
    )
    auth: Literal["token", "disabled"] = Field(
        "token", description="`disabled` refuses to listen beyond loopback"
    )
    token_lifetime_hours: int = Field(
        12, ge=1, description="validity of a token of the local issuer"
    )
    offer_validity_days: int = Field(
        30, ge=1, description="for how long a report may be read after a reminder offered it"
    )
    small_cell_minimum: int = Field(
        5, ge=1, description="figures of fewer cases are hidden from all but the owning institution"
    )
    view_token_minutes: int = Field(
        60, ge=1, description="validity of a token that opens the images of one report"
    )
    viewer_dir: Path = Field(
        Path("var/viewer"), description="folder into which `make viewer` installs the image viewer"
    )
    tls_certificate_file: Path | None = Field(
        None, description="PEM certificate chain; with the key, HTTP is served over TLS"
    )
    tls_key_file: Path | None = Field(None, description="PEM private key of the certificate")
    mllp_tls_certificate_file: Path | None = Field(
        None, description="PEM certificate chain; with the key, MLLP is served over TLS 1.2+"
    )
    mllp_tls_key_file: Path | None = Field(None, description="PEM private key of the certificate")
    mllp_tls_client_ca_file: Path | None = Field(
        None,
        description="PEM authorities of client certificates; one that is shown must name (CN or "
        "SAN) the institution of MSH-4",
    )
    mllp_tls_client_required: bool = Field(
        False, description="refuse MLLP clients that show no certificate"
    )
    sender_profiles_dir: Path | None = Field(
        None, description="folder of HL7 sender profiles, `<institution code>.toml`, read live"
    )
    report_link_hosts: str = Field(
        "", description="hosts, separated by commas, to which links of HL7 reports may lead"
    )
    destinations_file: Path | None = Field(
        None, description="TOML: where institutions and the platform take corrections by MLLP"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="log level")
    reminder_time_limit_ms: int = Field(
        800, ge=50, description="past this the reminder answer is empty; the order is never blocked"
    )
    mllp_max_message_bytes: int = Field(
        32 * 1024 * 1024, ge=1024, description="larger messages are refused with an answer"
    )
    mllp_max_connections: int = Field(2000, ge=1, description="parallel MLLP connections")
    dicom_max_associations: int = Field(64, ge=1, description="parallel DICOM associations")
    intake_batch_size: int = Field(
        200, ge=1, description="submissions that share one commit at the most"
    )
    database_pool_size: int = Field(8, ge=2, description="PostgreSQL connections of one process")

    @property
    def effective_database_url(self) -> str:
        """The database URL, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'gateway.sqlite3'}"

    @property
    def effective_key_file(self) -> Path:
        """The key ring file, with the embedded default filled in."""
        return self.key_file or self.data_dir / "keys.json"

    @property
    def link_hosts(self) -> frozenset[str]:
        """The hosts of `report_link_hosts`."""
        hosts = (host.strip().lower() for host in self.report_link_hosts.split(","))
        return frozenset(filter(None, hosts))

    @property
    def dicom_folder(self) -> Path:
        """The folder that holds DICOM files as sent."""
        return Path(self.object_store_url) if self.object_store_url else self.data_dir / "dicom"
