internal import TareModel

/// The object `isolation` of `tare.inspect/1`.
struct IsolationJSON {
  let isolation: Isolation

  func write(_ workload: Workload, _ json: inout JSONText, _ absent: inout [(String, String)]) {
    writeNamespaces(&json, &absent)
    json.field("inner_pid", isolation.innerPid.map { UInt64(clamping: $0) })
    if isolation.innerPid == nil { absent.append(("isolation.inner_pid", Reason.notApplicable.rawValue)) }
    value("cpus_inside", isolation.cpus, &json, &absent) { $1.field($2, $0) }
    writeUsers(&json, &absent)
    writeRights(workload, &json, &absent)
    writeFiles(&json, &absent)
    if let hardware = isolation.hardware {
      json.object("hardware") { HardwareJSON(hardware: hardware).write(&$0, &absent) }
    } else {
      json.field("hardware", String?.none)
      absent.append(("isolation.hardware", Reason.notApplicable.rawValue))
    }
  }

  /// A field, or null and the reason.
  private func value<Value>(
    _ name: String, _ fact: Fact<Value>, _ json: inout JSONText, _ absent: inout [(String, String)],
    _ write: (Value, inout JSONText, String) -> Void
  ) {
    if let value = fact.value { return write(value, &json, name) }
    json.field(name, String?.none)
    absent.append(("isolation.\(name)", (fact.reason ?? .notReported).rawValue))
  }

  private func writeNamespaces(_ json: inout JSONText, _ absent: inout [(String, String)]) {
    json.object("namespaces") { json in
      for namespace in Namespace.allCases {
        json.object(namespace.rawValue) { json in
          var others: [String] = []
          switch isolation[namespace] {
          case .own: json.field("sharing", "own")
          case .host: json.field("sharing", "host")
          case .others(let names):
            json.field("sharing", "others")
            others = names
          case .unknown(let reason):
            json.field("sharing", String?.none)
            absent.append(("isolation.namespaces.\(namespace.rawValue).sharing", reason.rawValue))
          }
          json.array("others") { json in for name in others { json.element(name) } }
        }
      }
    }
  }

  private func writeUsers(_ json: inout JSONText, _ absent: inout [(String, String)]) {
    value("user", isolation.confinement.user, &json, &absent) { $1.field($2, UInt64($0)) }
    value("user_map", isolation.users, &json, &absent) { ranges, json, name in
      json.array(name) { json in
        for range in ranges {
          json.object { json in
            json.field("inside", range.inside)
            json.field("outside", range.outside)
            json.field("count", range.count)
          }
        }
      }
    }
  }

  // MARK: Rights

  private func writeRights(_ workload: Workload, _ json: inout JSONText, _ absent: inout [(String, String)]) {
    let rights = isolation.confinement
    value("seccomp", rights.seccomp, &json, &absent) { $1.field($2, $0.word) }
    value("no_new_privs", rights.noNewPrivileges, &json, &absent) { $1.field($2, $0) }
    var hasNoDefault = false
    value("capabilities", rights.capabilities, &json, &absent) { has, json, name in
      let usual = Capabilities.defaults(of: workload.runtime)
      json.object(name) { json in
        list("bounding", Capabilities.names(of: has.bounding), &json)
        list("effective", Capabilities.names(of: has.effective), &json)
        json.field("known", UInt64(has.known))
        list("added", usual.map { has.added(to: $0) }, &json)
        list("dropped", usual.map { has.dropped(from: $0) }, &json)
      }
      hasNoDefault = usual == nil
    }
    if hasNoDefault {
      absent += ["added", "dropped"].map { ("isolation.capabilities.\($0)", Reason.notApplicable.rawValue) }
    }
    value("lsm", rights.label, &json, &absent) { label, json, name in
      json.object(name) { json in
        let (module, text, mode) = words(label)
        json.field("module", module)
        json.field("label", text)
        json.field("mode", mode)
      }
    }
    if let label = rights.label.value {
      let (_, text, mode) = words(label)
      if text == nil { absent.append(("isolation.lsm.label", Reason.notApplicable.rawValue)) }
      if mode == nil { absent.append(("isolation.lsm.mode", Reason.notApplicable.rawValue)) }
    }
  }

  private func words(_ label: Confinement.SecurityLabel) -> (module: String, label: String?, mode: String?) {
    switch label {
    case .none: ("none", nil, nil)
    case .unconfined: ("unconfined", nil, nil)
    case .appArmor(let profile, let mode): ("apparmor", profile, mode)
    case .selinux(let label): ("selinux", label, nil)
    }
  }

  private func list(_ name: String, _ texts: [String]?, _ json: inout JSONText) {
    guard let texts else { return json.field(name, String?.none) }
    json.array(name) { json in for text in texts { json.element(text) } }
  }

  // MARK: Files

  private func writeFiles(_ json: inout JSONText, _ absent: inout [(String, String)]) {
    value("root_files", isolation.rootFiles, &json, &absent) { files, json, name in
      json.object(name) { json in
        json.field("type", files.type)
        json.field("layers", files.layers.map { UInt64($0) })
        json.field("read_only", files.isReadOnly)
        json.field("host_folder", files.hostFolder)
      }
    }
    if let files = isolation.rootFiles.value {
      if files.layers == nil { absent.append(("isolation.root_files.layers", Reason.notApplicable.rawValue)) }
      if files.hostFolder == nil { absent.append(("isolation.root_files.host_folder", Reason.notApplicable.rawValue)) }
    }
    value("host_folders", isolation.hostFolders, &json, &absent) { folders, json, name in
      json.array(name) { json in
        for folder in folders {
          json.object { json in
            json.field("path", folder.path)
            json.field("point", folder.point)
            json.field("read_only", folder.isReadOnly)
          }
        }
      }
    }
    value("devices", isolation.devices, &json, &absent) { access, json, name in
      json.object(name) { json in
        json.field("all", access == .all)
        var more: [String] = []
        if case .usual(let added) = access { more = added }
        list("more", more, &json)
      }
    }
  }
}
