"""The five images: built by podman, buildah or docker, and tried."""
