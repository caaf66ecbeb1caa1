package fhir

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	r4 "github.com/samply/golang-fhir-models/fhir-models/fhir"
)

// space is the name space of the identifiers.
var space = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/holterd/holter"))

// urn identifies what the words tell. Each is preceded by its length, so that no
// two lists come to the same.
func urn(words ...string) string {
	var text []byte
	for _, w := range words {
		text = strconv.AppendInt(text, int64(len(w)), 10)
		text = append(append(text, ':'), w...)
	}
	return "urn:uuid:" + uuid.NewSHA1(space, text).String()
}

func identified(urn string) []r4.Identifier {
	return []r4.Identifier{{System: new(systemURI), Value: &urn}}
}

func reference(urn string) *r4.Reference { return &r4.Reference{Reference: &urn} }

// instant is a time as FHIR writes it, to the millisecond.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func period(from, to time.Time) *r4.Period {
	return &r4.Period{Start: new(instant(from)), End: new(instant(to))}
}

// decimal keeps twelve digits: FHIR's servers need not keep more than eighteen.
func decimal(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'g', 12, 64)) }

// quantity is a number with its UCUM unit, which also is what people read.
func quantity(x float64, unit string) *r4.Quantity {
	return &r4.Quantity{Value: new(decimal(x)), Unit: new(unit), System: new(systemUCUM), Code: new(unit)}
}

func itoa(n int) string { return strconv.Itoa(n) }

func (s *Study) patient() r4.Patient {
	return r4.Patient{Identifier: []r4.Identifier{{System: &s.PatientSystem, Value: &s.Patient}}}
}

// wearable is the device that measured the signal.
func (s *Study) wearable(name, urn string) r4.Device {
	return r4.Device{
		Identifier: identified(urn),
		DeviceName: []r4.DeviceDeviceName{{Name: name, Type: r4.DeviceNameTypeUserFriendlyName}},
		Type:       new(concept("Wearable electrocardiograph")),
		Patient:    reference(s.urn("patient")),
	}
}

// model is the software that answered; its name comes with the version.
func model(name, urn string) r4.Device {
	d := r4.Device{Identifier: identified(urn), Type: new(concept("Software: ECG language model"))}
	if at := strings.LastIndexByte(name, ' '); at > 0 {
		d.Version = []r4.DeviceVersion{{Value: name[at+1:]}}
		name = name[:at]
	}
	d.DeviceName = []r4.DeviceDeviceName{{Name: name, Type: r4.DeviceNameTypeModelName}}
	return d
}
