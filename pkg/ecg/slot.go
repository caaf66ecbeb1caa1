package ecg

import (
	"errors"
	"fmt"
	"strings"
)

// Slots is the number of standard leads, and so of the rows of a model's input.
const Slots = 12

// Slot is the place of a lead among the twelve standard ones, from 0 to Slots-1.
type Slot int

// The twelve slots in the order that models expect them.
const (
	I Slot = iota
	II
	III
	AVR
	AVL
	AVF
	V1
	V2
	V3
	V4
	V5
	V6
)

var slotNames = [Slots]string{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"}

// Errors that callers tell apart when a lead set is refused.
var (
	ErrUnknownLead   = errors.New("unknown lead name")
	ErrDuplicateLead = errors.New("two leads for one slot")
)

// String gives the customary spelling, for example "aVR".
func (s Slot) String() string {
	if s < 0 || s >= Slots {
		return fmt.Sprintf("Slot(%d)", int(s))
	}
	return slotNames[s]
}

// ParseLead finds the slot of a single lead name. Letter case and surrounding
// space do not matter; what marks modified (Holter) placements and other customs is
// dropped (MLII, ML2, D2, "Lead II" → II; MV2 → V2; MCL1, CM1 → V1). It fails with
// ErrUnknownLead for anything else, including the bare "ECG", whose slot depends on
// the other leads: see AssignSlots.
func ParseLead(name string) (Slot, error) {
	s := strings.ToLower(strings.TrimSpace(name))
	s = strings.TrimSpace(strings.TrimPrefix(s, "lead"))
	for _, custom := range leadCustoms {
		if rest, ok := strings.CutPrefix(s, custom.prefix); ok {
			s = custom.instead + rest
			break
		}
	}
	switch s {
	case "1", "2", "3":
		s = strings.Repeat("i", int(s[0]-'0'))
	}
	for i, known := range slotNames {
		if s == strings.ToLower(known) {
			return Slot(i), nil
		}
	}
	return 0, fmt.Errorf("%w %q: expected one of %s, or a variant such as MLII or D3", ErrUnknownLead, name, strings.Join(slotNames[:], ", "))
}

// leadCustoms are prefixes beyond the standard names; the first that fits is taken.
var leadCustoms = []struct{ prefix, instead string }{
	{"mcl", "v"}, {"ml", ""}, {"mv", "v"}, {"cm", "v"}, {"d", ""},
}

// AssignSlots finds the slot of every lead of a set, in the order given. Leads
// that only say "ECG" (also ECG1, ECG2) are placed by their number: one goes to
// I, two go to II and V1. It fails with ErrUnknownLead or ErrDuplicateLead.
func AssignSlots(names []string) ([]Slot, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: no lead given", ErrUnknownLead)
	}
	if slots, ok := unnamedSlots(names); ok {
		return slots, nil
	}
	slots := make([]Slot, len(names))
	var owner [Slots]string
	for i, name := range names {
		slot, err := ParseLead(name)
		if err != nil {
			return nil, err
		}
		if owner[slot] != "" {
			return nil, fmt.Errorf("%w: %q and %q are both lead %s; leave one out", ErrDuplicateLead, owner[slot], name, slot)
		}
		owner[slot], slots[i] = name, slot
	}
	return slots, nil
}

// unnamedSlots serves sets in which every lead is called ECG.
func unnamedSlots(names []string) ([]Slot, bool) {
	for _, name := range names {
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "ecg", "ecg1", "ecg2":
		default:
			return nil, false
		}
	}
	switch len(names) {
	case 1:
		return []Slot{I}, true
	case 2:
		return []Slot{II, V1}, true
	}
	return nil, false
}
