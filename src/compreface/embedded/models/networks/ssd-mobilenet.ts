import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { convolution } from './layers.js';
import { Weights } from './weights.js';

/** Pixels per side of the input square. */
export const SSD_INPUT_SIZE = 512;
/** Values per anchor in the output: four of the box, three of the classes (background, face, unused). */
export const SSD_VALUES_PER_ANCHOR = 7;

const DEPTHWISE_LAYERS = 13;
const HALVING_LAYERS = new Set([2, 4, 6, 12]);
const BATCH_NORM_EPSILON = 0.001;

/**
 * The single-shot face detector on MobileNet v1 as ONNX: N x 3 x 512 x 512 in -1..1 to N x 5118 x 7.
 * Six feature maps of falling size carry one predictor each; their anchors stand one after another.
 */
export function writeSsdMobilenet(weights = Weights.read('ssd_mobilenetv1_model')): Buffer {
  const net = new SsdLayers(weights);
  const maps = net.featureMaps();
  const rows = (predictor: string, width: number) => {
    const heads = maps.map((map, i) => net.head(map, `Prediction/BoxPredictor_${i}/${predictor}`, width));
    return net.graph.node('Concat', heads, { axis: 1 });
  };
  const both = [rows('BoxEncodingPredictor', 4), rows('ClassPredictor', SSD_VALUES_PER_ANCHOR - 4)];
  return net.graph.encode(net.graph.node('Concat', both, { axis: 2 }));
}

/** Where the 5118 anchors lie: ymin, xmin, ymax, xmax of each, in parts of the input square. */
export function ssdAnchors(weights = Weights.read('ssd_mobilenetv1_model')): Float32Array {
  return weights.get('Output/extra_dim').values;
}

class SsdLayers {
  readonly graph = new GraphBuilder(['N', 3, SSD_INPUT_SIZE, SSD_INPUT_SIZE]);
  private readonly zero = this.graph.constant(Float32Array.of(0), []);
  private readonly six = this.graph.constant(Float32Array.of(6), []);

  constructor(private readonly weights: Weights) {}

  featureMaps(): Value[] {
    let features = this.pointwise(this.graph.input, 'MobilenetV1/Conv2d_0_pointwise', 2);
    const maps: Value[] = [];
    for (let layer = 1; layer <= DEPTHWISE_LAYERS; layer++) {
      features = this.depthwise(features, `MobilenetV1/Conv2d_${layer}_depthwise`, HALVING_LAYERS.has(layer) ? 2 : 1);
      features = this.pointwise(features, `MobilenetV1/Conv2d_${layer}_pointwise`, 1);
      if (layer === 11 || layer === 13) maps.push(features);
    }
    for (let layer = 0; layer < 8; layer++) {
      const halving = layer % 2 === 1;
      features = this.pointwise(features, `Prediction/Conv2d_${layer}_pointwise`, halving ? 2 : 1);
      if (halving) maps.push(features);
    }
    return maps;
  }

  /** A predictor on one feature map, as rows of `width` values, one row an anchor. */
  head(input: Value, prefix: string, width: number): Value {
    const bias = this.weights.get(`${prefix}/biases`).values;
    const predicted = convolution(this.graph, input, this.weights.filter(`${prefix}/weights`), { bias });
    const channelsLast = this.graph.node('Transpose', [predicted], { perm: [0, 2, 3, 1] });
    return this.graph.node('Reshape', [channelsLast, this.graph.integers([0, -1, width])]);
  }

  private pointwise(input: Value, prefix: string, stride: number): Value {
    const bias = this.weights.get(`${prefix}/convolution_bn_offset`).values;
    return this.relu6(convolution(this.graph, input, this.weights.filter(`${prefix}/weights`), { stride, bias }));
  }

  /** The batch normalisation that follows is folded into filter and bias. */
  private depthwise(input: Value, prefix: string, stride: number): Value {
    const filter = this.weights.depthwiseFilter(`${prefix}/depthwise_weights`);
    const { scale, offset } = this.batchNorm(`${prefix}/BatchNorm`);
    const cells = filter.values.length / scale.length;
    const values = filter.values.map((value, i) => value * (scale[Math.floor(i / cells)] ?? 0));
    const folded = { shape: filter.shape, values };
    return this.relu6(convolution(this.graph, input, folded, { stride, bias: offset, groups: scale.length }));
  }

  private batchNorm(prefix: string): { scale: Float32Array; offset: Float32Array } {
    const of = (name: string) => this.weights.get(`${prefix}/${name}`).values;
    const [variance, mean, beta] = [of('moving_variance'), of('moving_mean'), of('beta')];
    const scale = of('gamma').map((gamma, i) => gamma / Math.sqrt((variance[i] ?? 0) + BATCH_NORM_EPSILON));
    const offset = beta.map((shift, i) => shift - (mean[i] ?? 0) * (scale[i] ?? 0));
    return { scale, offset };
  }

  private relu6(input: Value): Value {
    return this.graph.node('Clip', [input, this.zero, this.six]);
  }
}
