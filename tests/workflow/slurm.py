"""A SLURM of one node that lives in a folder: own configuration, keys, sockets and ports, nothing of the system's."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

CONFIGURATION = """\
ClusterName=toy
SlurmctldHost={host}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={place}/munge.socket
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
ReturnToService=2
SlurmdParameters=config_overrides
SlurmctldPort={controller}
SlurmdPort={node}
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.log
MinJobAge=3600
InactiveLimit=0
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
PROGRAMS = ("munged", "munge", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "sinfo", "scancel")


class UnavailableError(Exception):
    """SLURM cannot run here; the message says why."""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Slurm:
    """The daemons and the environment in which commands reach them."""

    def __init__(self, place: Path, cpus: int = 2, memory: int = 16000) -> None:
        missing = [program for program in PROGRAMS if shutil.which(program, path=self.path()) is None]
        if missing:
            raise UnavailableError(f"SLURM is not installed ({missing[0]} is missing; apt-get install slurm-wlm munge)")
        if os.geteuid() != 0:
            raise UnavailableError("only root can start SLURM's daemons")
        self.place = place
        for folder in ("state", "spool"):
            (place / folder).mkdir(parents=True)
        host = socket.gethostname().partition(".")[0]
        ports = {"controller": free_port(), "node": free_port()}
        text = CONFIGURATION.format(host=host, place=place, cpus=cpus, memory=memory, **ports)
        (place / "slurm.conf").write_text(text)
        self.environment = {"SLURM_CONF": str(place / "slurm.conf"), "PATH": f"{place}/bin{os.pathsep}{self.path()}"}
        self._wrap_srun()
        try:
            self._start()
        except Exception:
            self.stop()
            raise

    @staticmethod
    def path() -> str:
        return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])

    def _wrap_srun(self) -> None:
        """Give srun the configuration: the plugin clears every SLURM variable before it calls srun within a job."""
        wrapper = self.place / "bin/srun"
        wrapper.parent.mkdir()
        srun = shutil.which("srun", path=self.path())
        wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.place}/slurm.conf exec {srun} "$@"\n')
        wrapper.chmod(0o755)

    def run(self, *command: str) -> subprocess.CompletedProcess:
        environment = os.environ | self.environment
        return subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )

    def _start(self) -> None:
        """Start munged, slurmctld and slurmd in this order, each once the one before answers."""
        key = self.place / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        files = {
            "socket": "munge.socket",
            "pid-file": "munged.pid",
            "log-file": "munged.log",
            "seed-file": "munged.seed",
        }
        options = [f"--{option}={self.place / file}" for option, file in files.items()]
        # Force: the socket lies in a private folder, which munged considers a mistake.
        said = self.run("munged", "--force", f"--key-file={key}", *options)
        self._await(
            "munged", lambda: self.run("munge", "-n", f"--socket={self.place}/munge.socket").returncode == 0, said
        )
        said = self.run("slurmctld")
        self._await("slurmctld", lambda: "is UP" in self.run("scontrol", "ping").stdout, said)
        said = self.run("slurmd")
        self._await("slurmd", lambda: "idle" in self.run("sinfo", "-h", "-o", "%T").stdout, said)

    def _await(self, daemon: str, answers, said, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not answers():
            if time.monotonic() > deadline:
                log = self.place / f"{daemon}.log"
                lines = log.read_text().splitlines()[-3:] if log.exists() else said.stdout.splitlines()[-3:]
                raise UnavailableError(f"{daemon} does not start here: {' | '.join(lines)}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End all jobs, then the daemons by their process ids."""
        self.run("scancel", "--user=root")
        for daemon in ("slurmd", "slurmctld", "munged"):
            file = self.place / f"{daemon}.pid"
            if file.exists():
                os.kill(int(file.read_text()), signal.SIGTERM)
                deadline = time.monotonic() + 10
                while file.exists() and time.monotonic() < deadline:
                    time.sleep(0.05)
