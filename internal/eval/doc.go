// Package eval scores answers and beats against an expert's: localization
// answers by the intersection over union of their spans, beside what constant
// answers would get; beat annotations beat by beat as AAMI EC57 lays down.
//
// It asks no model and reads no file.
package eval
