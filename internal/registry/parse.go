package registry

import (
	"fmt"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/pkg/ecg"
)

// parse reads a registry file; the error holds everything that is wrong.
func parse(document []byte) ([]Device, error) {
	var file struct {
		Devices []Device `yaml:"devices"`
	}
	if err := config.DecodeYAML(document, &file); err != nil {
		return nil, err
	}
	var problems config.Problems
	wrong := func(i int, key, format string, args ...any) {
		problems = append(problems, config.Problem{
			Key: fmt.Sprintf("devices[%d].%s", i, key), Detail: fmt.Sprintf(format, args...),
		})
	}
	seen := make(map[string]bool)
	for i, d := range file.Devices {
		if err := CheckName(d.Name); err != nil {
			wrong(i, "device", "%v", err)
		} else if seen[d.Name] {
			wrong(i, "device", "%q stands here twice; leave one", d.Name)
		}
		seen[d.Name] = true
		if err := CheckName(d.Patient); err != nil {
			wrong(i, "patient", "%v", err)
		}
		if len(d.Leads) > 0 {
			if _, err := ecg.AssignSlots(d.Leads); err != nil {
				wrong(i, "leads", "%v", err)
			}
		}
		for j, q := range d.Questions {
			if q == "" {
				wrong(i, fmt.Sprintf("questions[%d]", j), "is empty; write a condition code or a question")
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return file.Devices, nil
}
