package archive

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/internal/registry"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Press is a symptom mark: the patient has pressed the device's button.
type Press struct {
	Device string
	Time   time.Time
	Note   string
}

// pressesFile is beside the devices' folders; no device has such a name.
const pressesFile = ".presses"

// line is how a press is written down.
func (p Press) line() string {
	return fmt.Sprintf("%s %s %s\n", p.Time.UTC().Format(time.RFC3339Nano), strconv.Quote(p.Device), strconv.Quote(p.Note))
}

// parsePress reads a record of ecg.status; false when it is no press.
func parsePress(m kafka.Message) (patient string, p Press, ok bool) {
	var signal holterv1.DeviceSignal
	if proto.Unmarshal(m.Value, &signal) != nil || signal.GetButton() == nil {
		return "", p, false
	}
	b := signal.GetButton()
	p = Press{Device: b.GetDevice(), Time: time.Unix(0, b.GetTimeNs()).UTC(), Note: b.GetNote()}
	return string(m.Key), p, registry.CheckName(string(m.Key)) == nil
}

// keepPress returns when the press is on disk; one that is there stays alone.
func keepPress(root, patient string, p Press) error {
	dir := filepath.Join(root, folderOf(patient))
	if err := makeFolder(root, dir); err != nil {
		return err
	}
	path := filepath.Join(dir, pressesFile)
	known, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	line := p.line()
	if bytes.HasPrefix(known, []byte(line)) || bytes.Contains(known, []byte("\n"+line)) {
		return nil
	}
	return replace(path, append(known, line...))
}

// readPresses gives a patient's presses in [from, to), as they came.
func readPresses(root, patient string, from, to time.Time) ([]Press, error) {
	data, err := os.ReadFile(filepath.Join(root, folderOf(patient), pressesFile))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the symptom marks: %w", err)
	}
	var presses []Press
	for line := range strings.Lines(string(data)) {
		p, err := parseLine(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("read the symptom marks of %s: %q: %w; correct the line", patient, line, err)
		}
		if !p.Time.Before(from) && p.Time.Before(to) {
			presses = append(presses, p)
		}
	}
	return presses, nil
}

func parseLine(line string) (p Press, err error) {
	at, rest, _ := strings.Cut(line, " ")
	if p.Time, err = time.Parse(time.RFC3339Nano, at); err != nil {
		return p, err
	}
	device, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return p, err
	}
	if p.Device, err = strconv.Unquote(device); err != nil {
		return p, err
	}
	p.Note, err = strconv.Unquote(strings.TrimPrefix(rest[len(device):], " "))
	return p, err
}
