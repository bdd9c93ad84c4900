"""Forwards a logstore to a syslog receiver the way users of the official Python SDK were shown to: each batch is made flat, joined to
`||key=value` text, and written event by event over a connection of its own by the SDK's syslog client; the position is saved after the batch.
What goes wrong in a batch is raised. Ends in an orderly way when standard input does.

Ends of batches are stored by the SDK now and then. The emulator is reached as a proxy (HTTP_PROXY): the only way an unmodified client finds it without touching name resolution.
"""

import datetime
import os
import sys

from aliyun.log import PullLogResponse
from aliyun.log.consumer import ConsumerProcessorBase, ConsumerWorker, LogHubConfig
from aliyun.log.ext.syslogclient import FAC_USER, SEV_INFO, SyslogClientRFC5424

HOST, PORT = os.environ["SYSLOG_HOST"], int(os.environ["SYSLOG_PORT"])


class Forwarder(ConsumerProcessorBase):
    def process(self, log_groups, check_point_tracker):
        logs = PullLogResponse.loggroups_to_flattern_list(log_groups, time_as_str=True, decode_bytes=True)
        with SyslogClientRFC5424(HOST, PORT, proto="TCP") as client:
            for log in logs:
                time = datetime.datetime.fromtimestamp(int(log.pop("__time__")))
                text = "".join("||{}={}".format(key, value) for key, value in log.items())
                client.log(text, facility=FAC_USER, severity=SEV_INFO, timestamp=time, program="sls")
        self.save_checkpoint(check_point_tracker)


worker = ConsumerWorker(Forwarder, LogHubConfig(
    "emulator.example",
    "emulator",
    "emulator",
    os.environ["PROJECT"],
    os.environ["LOGSTORE"],
    os.environ["GROUP"],
    "python",
    heartbeat_interval=20,
    data_fetch_interval=1,
))
worker.start()
sys.stdin.read()
worker.shutdown()
worker.join()
