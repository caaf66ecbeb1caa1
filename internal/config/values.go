package config

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	bytesType    = reflect.TypeFor[Bytes]()
)

// fieldsOf returns the settable fields of a structure by their keys.
func fieldsOf(structure reflect.Value) map[string]reflect.Value {
	fields := make(map[string]reflect.Value, structure.NumField())
	for i := range structure.NumField() {
		fields[structure.Type().Field(i).Tag.Get("yaml")] = structure.Field(i)
	}
	return fields
}

func isScalar(v reflect.Value) bool {
	return v.Kind() != reflect.Struct && v.Kind() != reflect.Slice
}

// setScalar reads text as the type of into.
func setScalar(into reflect.Value, text string) error {
	switch into.Type() {
	case durationType:
		d, err := time.ParseDuration(text)
		if err != nil {
			return notA(text, into.Type())
		}
		into.SetInt(int64(d))
		return nil
	case bytesType:
		b, err := ParseBytes(text)
		if err != nil {
			return err
		}
		into.SetInt(int64(b))
		return nil
	}
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return notA(text, into.Type())
		}
		into.SetBool(b)
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return notA(text, into.Type())
		}
		into.SetFloat(f)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return notA(text, into.Type())
		}
		into.SetInt(int64(n))
	}
	return nil
}

func notA(text string, t reflect.Type) error {
	return fmt.Errorf("%q is not %s", text, describe(t))
}

func describe(t reflect.Type) string {
	switch {
	case t == durationType:
		return "a time like 500ms, 10s or 168h"
	case t == bytesType:
		return "a size like 512KiB or 1MiB"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.Slice:
		return "a list"
	case t.Kind() == reflect.Struct:
		return "a group of keys"
	default:
		return "a text"
	}
}

// unknownKey says which keys there are, the likeliest one first.
func unknownKey(name string, fields map[string]reflect.Value) string {
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		if distance(name, key) <= 2 {
			return fmt.Sprintf("no such key; did you mean %s?", key)
		}
	}
	return "no such key; the keys here are " + strings.Join(keys, ", ")
}

// distance is the number of letters to change, add or leave out.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
