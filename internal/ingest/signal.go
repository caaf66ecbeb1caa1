package ingest

import (
	"time"

	"github.com/holterd/holter/internal/registry"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// readStatus reads and completes what a device says of itself.
func readStatus(payload []byte, device registry.Device, seen deviceState, now time.Time) (*holterv1.DeviceSignal, *refusal) {
	status := &holterv1.DeviceStatus{}
	if r := decode(payload, status); r != nil {
		return nil, r
	}
	if status.Device != device.Name {
		return nil, refuse(holterv1.Reason_REASON_INVALID, "the status's device is %q and the topic's %q; they must be equal", status.Device, device.Name)
	}
	if b := status.BatteryPercent; b != nil && !(*b >= 0 && *b <= 100) {
		return nil, refuse(holterv1.Reason_REASON_INVALID, "battery_percent is %g; give 0 to 100, or leave it out", *b)
	}
	// A last will was written when the device connected, so its time says nothing.
	if status.TimeNs == 0 || !status.Online {
		status.TimeNs = now.UnixNano()
	}
	if r := checkTime("time_ns", status.TimeNs); r != nil {
		return nil, r
	}
	status.Patient = device.Patient
	status.LastSampleTimeNs = seen.lastSample
	status.Heartbeat = false
	return statusSignal(status), nil
}

// readButton reads and completes a symptom mark.
func readButton(payload []byte, device registry.Device, now time.Time) (*holterv1.DeviceSignal, *refusal) {
	button := &holterv1.ButtonPress{}
	if r := decode(payload, button); r != nil {
		return nil, r
	}
	if button.Device != device.Name {
		return nil, refuse(holterv1.Reason_REASON_INVALID, "the button's device is %q and the topic's %q; they must be equal", button.Device, device.Name)
	}
	if button.TimeNs == 0 {
		button.TimeNs = now.UnixNano()
	}
	if r := checkTime("time_ns", button.TimeNs); r != nil {
		return nil, r
	}
	button.Patient = device.Patient
	return &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Button{Button: button}}, nil
}

// heartbeat is what ingest says of a device it hears.
func heartbeat(device registry.Device, seen deviceState, now time.Time) *holterv1.DeviceSignal {
	return statusSignal(&holterv1.DeviceStatus{
		Device:           device.Name,
		Patient:          device.Patient,
		TimeNs:           now.UnixNano(),
		Online:           true,
		LastSampleTimeNs: seen.lastSample,
		Heartbeat:        true,
	})
}

func statusSignal(s *holterv1.DeviceStatus) *holterv1.DeviceSignal {
	return &holterv1.DeviceSignal{Signal: &holterv1.DeviceSignal_Status{Status: s}}
}
