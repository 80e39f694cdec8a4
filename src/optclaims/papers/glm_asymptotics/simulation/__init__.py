"""Students of finite size and their errors; message passing that finds one."""

from optclaims.papers.glm_asymptotics.simulation.message_passing import Path, pass_messages
from optclaims.papers.glm_asymptotics.simulation.students import apart, errors, fit, fit_logistic

__all__ = ["Path", "apart", "errors", "fit", "fit_logistic", "pass_messages"]
