"""Job scripts for clusters: SLURM's and Kubernetes'.

Both start one Dask scheduler, as many workers as asked, and the search, which goes on
where it was stopped: submit the same job again until nothing is left.
"""

import shlex

SLURM = """#!/bin/bash
#SBATCH --job-name=lstm-study
#SBATCH --nodes={nodes}
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task={cpus}
#SBATCH --time={hours}:00:00
# One scheduler on the first node, {cpus} single-threaded workers on every node.
# The folder of this job must be seen by all nodes, and lstm-course[study] be installed.
set -eu
export OMP_NUM_THREADS=1
contact="$PWD/scheduler-${{SLURM_JOB_ID:-here}}.json"
trap 'kill $(jobs -p) 2>/dev/null; rm -f "$contact"' EXIT
dask scheduler --port 0 --no-dashboard --scheduler-file "$contact" &
while [ ! -s "$contact" ]; do sleep 1; done
srun dask worker --scheduler-file "$contact" --nworkers {cpus} --nthreads 1 \\
    --no-dashboard --death-timeout 600 &
{command} --scheduler "$contact"
"""

KUBERNETES = """# kubectl apply -f this; the image holds lstm-course[study].
# The database is one that all see: a SQLite file on the volume of the search will do,
# since the search alone writes.
apiVersion: v1
kind: Service
metadata: {{name: lstm-study-scheduler}}
spec:
  selector: {{app: lstm-study-scheduler}}
  ports: [{{port: 8786}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: lstm-study-scheduler}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: lstm-study-scheduler}}}}
  template:
    metadata: {{labels: {{app: lstm-study-scheduler}}}}
    spec:
      containers:
      - name: scheduler
        image: {image}
        args: [dask, scheduler, --port, "8786", --no-dashboard]
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: lstm-study-worker}}
spec:
  replicas: {workers}
  selector: {{matchLabels: {{app: lstm-study-worker}}}}
  template:
    metadata: {{labels: {{app: lstm-study-worker}}}}
    spec:
      containers:
      - name: worker
        image: {image}
        env: [{{name: OMP_NUM_THREADS, value: "1"}}]
        args: [dask, worker, "tcp://lstm-study-scheduler:8786", --nthreads, "1"]
        resources: {{requests: {{cpu: "1", memory: 1Gi}}, limits: {{memory: 2Gi}}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: lstm-study}}
spec:
  accessModes: [ReadWriteOnce]
  resources: {{requests: {{storage: 1Gi}}}}
---
apiVersion: batch/v1
kind: Job
metadata: {{name: lstm-study}}
spec:
  backoffLimit: 20
  template:
    spec:
      restartPolicy: OnFailure
      containers:
      - name: search
        image: {image}
        workingDir: /study
        args: {args}
        volumeMounts: [{{name: study, mountPath: /study}}]
      volumes: [{{name: study, persistentVolumeClaim: {{claimName: lstm-study}}}}]
"""


def slurm(command, nodes=1, cpus=16, hours=12):
    """A script for ``sbatch``; ``command`` is a list of words."""
    return SLURM.format(
        nodes=nodes, cpus=cpus, hours=hours, command=shlex.join(command)
    )


def kubernetes(command, image, workers=16):
    """Objects for ``kubectl apply``; the workers find the scheduler by its service."""
    words = [*command, "--scheduler", "tcp://lstm-study-scheduler:8786"]
    args = "[" + ", ".join(f'"{w}"' for w in words) + "]"
    return KUBERNETES.format(image=image, workers=workers, args=args)
