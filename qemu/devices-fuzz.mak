# SPDX-License-Identifier: GPL-2.0-or-later
#
# The devices in the QEMU of tests/fuzz/build-qemu: a machine for gvirt's, and
# the IOMMU that it may stand behind.

CONFIG_GVIRT=y
CONFIG_I440FX=y
CONFIG_Q35=y
CONFIG_VTD=y
CONFIG_HPET=y

# without these QEMU does not link, or does not start
CONFIG_PCIE_PORT=y
CONFIG_PXB=y
CONFIG_CXL=y
CONFIG_CXL_MEM_DEVICE=y
