package ort

import (
	"fmt"
	"strconv"
	"strings"

	onnx "github.com/yalue/onnxruntime_go"
)

// Device is where the nodes of a graph run.
type Device string

// The devices.
const (
	CPU    Device = "cpu"
	CUDA   Device = "cuda"
	WebGPU Device = "webgpu"
)

// ParseDevice reads a device's name; the empty name is the CPU.
func ParseDevice(name string) (Device, error) {
	switch d := Device(strings.ToLower(name)); d {
	case "":
		return CPU, nil
	case CPU, CUDA, WebGPU:
		return d, nil
	}
	return "", fmt.Errorf("unknown device %q: use cpu, cuda or webgpu", name)
}

// Provider is the runtime's name for what serves the device.
func (d Device) Provider() string {
	return map[Device]string{
		CPU: "CPUExecutionProvider", CUDA: "CUDAExecutionProvider", WebGPU: "WebGpuExecutionProvider",
	}[d]
}

// options of a session on the device; the caller destroys them.
func (d Device) options(threads int) (*onnx.SessionOptions, error) {
	o, err := onnx.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("make session options: %w", err)
	}
	err = d.configure(o, threads)
	if err != nil {
		_ = o.Destroy()
		return nil, err
	}
	return o, nil
}

func (d Device) configure(o *onnx.SessionOptions, threads int) error {
	if err := o.SetIntraOpNumThreads(threads); err != nil {
		return fmt.Errorf("set %d threads: %w", threads, err)
	}
	if err := o.SetInterOpNumThreads(1); err != nil {
		return fmt.Errorf("set one inter-op thread: %w", err)
	}
	// A generation's shapes grow with every token: planning memory for each
	// of them anew costs time and keeps every plan.
	if err := o.SetMemPattern(false); err != nil {
		return fmt.Errorf("set memory pattern: %w", err)
	}
	// Idle threads sleep instead of spinning: an analyzer waits far more than
	// it computes, and a model's sessions each have their own threads.
	if err := o.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); err != nil {
		return fmt.Errorf("set spinning: %w", err)
	}
	if err := d.append(o); err != nil {
		return fmt.Errorf("device %s: the library of ONNX Runtime cannot serve it: %w (%s)", d, err, d.remedy())
	}
	return nil
}

func (d Device) append(o *onnx.SessionOptions) error {
	switch d {
	case CUDA:
		c, err := onnx.NewCUDAProviderOptions()
		if err != nil {
			return err
		}
		defer func() { _ = c.Destroy() }()
		return o.AppendExecutionProviderCUDA(c)
	case WebGPU:
		return o.AppendExecutionProvider("WebGPU", nil)
	}
	return nil
}

// remedy tells what to do when the device cannot serve.
func (d Device) remedy() string {
	if d == CPU {
		return "get the library with: make onnxruntime"
	}
	return "get a library for it with: scripts/onnxruntime.sh " + string(d) +
		"; it also needs the device's driver" + map[Device]string{
		CUDA: ", CUDA 13 and cuDNN 9", WebGPU: " (Vulkan or Metal)"}[d] +
		"; or use device: cpu"
}

// Threads that are sensible for a setting: the setting, or two for zero, as
// the other services of a home share the machine.
func Threads(setting int) (int, error) {
	if setting < 0 {
		return 0, fmt.Errorf("threads: %s is negative", strconv.Itoa(setting))
	}
	if setting == 0 {
		return 2, nil
	}
	return setting, nil
}

// Rows is the batch size to use for n rows: on a GPU a power of two, so that
// few shapes occur; each is slow once there.
func (d Device) Rows(n int) int {
	if d == CPU {
		return n
	}
	size := 1
	for size < n {
		size *= 2
	}
	return size
}
