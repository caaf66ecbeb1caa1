package ort

import onnx "github.com/yalue/onnxruntime_go"

// Tensor is a shape over data that Go owns. Data longer than the shape needs
// is allowed; its beginning is used.
type Tensor interface {
	value() (onnx.Value, error)
}

// Floats is a tensor of 32-bit floats, row-major.
func Floats(data []float32, shape ...int) Tensor { return tensor[float32]{data, shape} }

// Ints is a tensor of 64-bit integers, row-major.
func Ints(data []int64, shape ...int) Tensor { return tensor[int64]{data, shape} }

type tensor[T float32 | int64] struct {
	data  []T
	shape []int
}

func (t tensor[T]) value() (onnx.Value, error) {
	shape := make(onnx.Shape, len(t.shape))
	for i, n := range t.shape {
		shape[i] = int64(n)
	}
	return onnx.NewTensor(shape, t.data)
}
