# SPDX-License-Identifier: BSD-2-Clause
"""The sections by name, in the order in which they are run."""

import app
import changes
import faults
import packets_lost
import routes
import weight

ALL = {
    'toggle': changes.toggle,
    'ruleset': changes.ruleset,
    'memory': weight.memory,
    'services': routes.services,
    'throughput': routes.throughput,
    'reload': packets_lost.reload,
    'app': app.app,
    'faults': faults.faults,
}
