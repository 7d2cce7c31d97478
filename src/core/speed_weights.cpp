// SPDX-License-Identifier: MIT
#include <canirun/speed.hpp>

namespace canirun {

WeightClass weight_class(TensorType type) {
  switch (type) {
    case TensorType::f32:
    case TensorType::f16:
      return WeightClass::f16;
    case TensorType::bf16:
      return WeightClass::bf16;
    case TensorType::q8_0:
    case TensorType::q8_1:
    case TensorType::fp8:
    case TensorType::int8_g64:
      return WeightClass::q8;
    case TensorType::q4_0:
    case TensorType::q4_1:
    case TensorType::int4_g64:
    case TensorType::int4_g32:
    case TensorType::int5_g64:
    case TensorType::int6_g64:
      return WeightClass::q4;
    case TensorType::q4_k:
      return WeightClass::q4_k;
    case TensorType::q5_0:
    case TensorType::q5_1:
    case TensorType::q5_k:
      return WeightClass::q5_k;
    case TensorType::q6_k:
      return WeightClass::q6_k;
    case TensorType::q2_k:
    case TensorType::q3_k:
      return WeightClass::q2_k;
    case TensorType::iq4_nl:
    case TensorType::iq4_xs:
      return WeightClass::iq4;
    case TensorType::iq2_xxs:
    case TensorType::iq2_xs:
    case TensorType::iq2_s:
    case TensorType::iq3_xxs:
    case TensorType::iq3_s:
    case TensorType::iq1_s:
    case TensorType::iq1_m:
    case TensorType::tq1_0:
    case TensorType::tq2_0:
    case TensorType::int2_g64:
    case TensorType::int3_g64:
      return WeightClass::iq;
    case TensorType::mxfp4:
    case TensorType::nvfp4:
      return WeightClass::mxfp4;
    case TensorType::int4_g128:
    case TensorType::nf4:
      return WeightClass::int4;
  }
  return WeightClass::f16;
}

}  // namespace canirun
