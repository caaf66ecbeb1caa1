package ecg

import (
	"fmt"
	"strings"
)

// SelectLeads resolves a lead selection as Recording.Select takes it against a
// list of names, and returns indices into that list.
func SelectLeads(names []string, selection string) ([]int, error) {
	switch strings.ToLower(strings.TrimSpace(selection)) {
	case "", "all":
		index := make([]int, len(names))
		for i := range index {
			index[i] = i
		}
		return index, nil
	case "first":
		return ordinalLead(names, 0, "first")
	case "second":
		return ordinalLead(names, 1, "second")
	}
	var index []int
	taken := make(map[int]bool)
	for _, wanted := range strings.Split(selection, ",") {
		n := findLead(names, strings.TrimSpace(wanted))
		if n < 0 {
			return nil, fmt.Errorf("%w %q: the leads are %s", ErrUnknownLead, wanted, strings.Join(names, ", "))
		}
		if taken[n] {
			return nil, fmt.Errorf("%w: %q was asked for twice", ErrDuplicateLead, names[n])
		}
		taken[n] = true
		index = append(index, n)
	}
	return index, nil
}

func ordinalLead(names []string, n int, word string) ([]int, error) {
	if n >= len(names) {
		return nil, fmt.Errorf("%w: there is no %s lead among %d", ErrUnknownLead, word, len(names))
	}
	return []int{n}, nil
}

func findLead(names []string, wanted string) int {
	for i, name := range names {
		if strings.EqualFold(name, wanted) {
			return i
		}
	}
	slot, err := ParseLead(wanted)
	if err != nil {
		return -1
	}
	for i, name := range names {
		if s, err := ParseLead(name); err == nil && s == slot {
			return i
		}
	}
	return -1
}
