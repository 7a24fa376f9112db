internal import TareModel

/// The object `isolation.hardware` of `tare.inspect/1`.
struct HardwareJSON {
  let hardware: VirtualHardware

  func write(_ json: inout JSONText, _ absent: inout [(String, String)]) {
    json.field("accelerator", hardware.accelerator?.rawValue)
    if hardware.accelerator == nil { absent.append((Self.place("accelerator"), Reason.noPermission.rawValue)) }
    value("machine_type", hardware.machineType, &json, &absent) { $1.field($2, $0) }
    value("vcpus", hardware.vcpus, &json, &absent) { $1.field($2, $0) }
    value("memory_bytes", hardware.memory, &json, &absent) { $1.field($2, $0) }
    value("memory_backing", hardware.backing, &json, &absent) { backing, json, name in
      json.object(name) { json in
        json.field("kind", backing.kind.rawValue)
        json.field("shared", backing.isShared)
        json.field("huge_pages", backing.isHuge)
        json.field("path", backing.path)
      }
    }
    if let backing = hardware.backing.value, backing.path == nil {
      absent.append((Self.place("memory_backing.path"), Reason.notApplicable.rawValue))
    }
    value("balloon", hardware.balloon, &json, &absent) { $1.field($2, $0) }
    images("disks", hardware.disks, &json, &absent)
    images("loaded", hardware.kernel, &json, &absent)
    value("network_cards", hardware.cards, &json, &absent) { cards, json, name in
      json.array(name) { json in
        for card in cards {
          json.object { json in
            json.field("model", card.model ?? "default")
            json.field("backend", card.backend)
          }
        }
      }
    }
    value("confidential", hardware.confidential, &json, &absent) { kinds, json, name in
      json.array(name) { json in for kind in kinds { json.element(kind) } }
    }
  }

  private static func place(_ name: String) -> String { "isolation.hardware.\(name)" }

  private func value<Value>(
    _ name: String, _ fact: Fact<Value>, _ json: inout JSONText, _ absent: inout [(String, String)],
    _ write: (Value, inout JSONText, String) -> Void
  ) {
    if let value = fact.value { return write(value, &json, name) }
    json.field(name, String?.none)
    absent.append((Self.place(name), (fact.reason ?? .notReported).rawValue))
  }

  private func images(
    _ name: String, _ fact: Fact<[VirtualHardware.Image]>, _ json: inout JSONText, _ absent: inout [(String, String)]
  ) {
    value(name, fact, &json, &absent) { images, json, name in
      json.array(name) { json in
        for image in images {
          json.object { json in
            json.field("path", image.path)
            json.field("format", image.format)
            json.field("read_only", image.isReadOnly)
            json.field("allocated_bytes", image.size.value?.allocated)
            json.field("virtual_bytes", image.size.value?.virtual)
          }
        }
      }
    }
    for (place, image) in (fact.value ?? []).enumerated() {
      let path = Self.place("\(name)[\(place)]")
      if image.format == nil { absent.append(("\(path).format", Reason.notReported.rawValue)) }
      if let reason = image.size.reason {
        absent += ["allocated_bytes", "virtual_bytes"].map { ("\(path).\($0)", reason.rawValue) }
      }
    }
  }
}
