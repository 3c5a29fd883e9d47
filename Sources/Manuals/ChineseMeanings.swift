/// The meanings of the flags in Chinese.
///
/// The keys are the English meanings from the table of flags. A flag with a new English meaning is shown in English until it is translated.
enum ChineseMeanings {
    static let table = [
        "read the names of the images from this text file, one per line": "镜像列表文件，每行一个镜像",
        "use this archive, in the format of docker save. It can be one file or several parts":
            "镜像归档文件，格式与 docker save 的输出相同，可以是单个文件或多个分卷",
        "prepend this registry to the image names in the archive":
            "加在镜像名前面的源镜像仓库，归档中的镜像名即带有此前缀",
        "push the images to this registry. It is required except with --list and --check":
            "推送的目标镜像仓库（必填，--list 和 --check 除外）",
        "read the names of the Windows images from this text file. Without it there are none":
            "Windows 镜像列表文件；不指定则没有 Windows 镜像",
        "include images of these Windows releases in manifest lists": "Windows 镜像所对应的 Windows 版本，以逗号分隔",
        "set the Windows release of the images: 1809, ltsc2022, ...": "镜像的 Windows 版本：1809、ltsc2022 等",
        "print this text": "打印帮助信息",
        "choose what moves the images: docker commands or this program. auto uses docker in shell mode if a daemon responds, else the registry engine, which needs no docker":
            "由谁来搬运镜像：docker 命令（docker），或本程序自身（registry）；auto 表示在 shell 模式下且 docker 守护进程有响应时用 docker，否则用 registry",
        "limit the number of concurrent transfers. The default depends on the machine": "限制同时进行的传输数；默认按机器情况选取",
        "select the platform of a multi-platform image. The flag can be repeated": "多平台镜像取哪个平台；可重复指定",
        "exit with status 1 if any image fails": "只要有任何镜像失败，退出码即为 1",
        "choose the format of the archive. The formats are those of docker save: with the containerd image store, since docker 25 without it, and before docker 25":
            "归档格式：使用 containerd 存储的 docker（containerd）、docker 25 及以后（docker）、docker 25 之前（legacy）的 docker save 输出",
        "write the references that failed to FILE, as a list for another run": "把失败的镜像写入 FILE，可直接作为下次运行的镜像列表",
        "allow this registry without TLS or without a valid certificate. Docker's insecure registries are allowed too. The flag can be repeated":
            "没有有效证书或没有 TLS 的镜像仓库，docker 配置中的同样有效；可重复指定",
        "trust the CA certificates in FILE too, PEM or DER":
            "除系统 CA 之外还信任的 CA 证书文件，PEM 或 DER 格式",
        "log in to the registry as USER. The registry is that of --registry, else of --source-registry. The login takes precedence over docker's and podman's":
            "--registry（未指定时为 --source-registry）所指镜像仓库的用户名，优先于 docker 和 podman 的登录信息",
        "read the password of --username from standard input. Without this flag RANCHER_IMAGES_PASSWORD is the password":
            "从标准输入读取 --username 的密码；不指定时取自 RANCHER_IMAGES_PASSWORD",
        "set the level of gzip compression. 1 is the fastest, 9 the smallest": "gzip 压缩级别：1 最快，9 最小",
        "retry a registry that fails or sends nothing for this long": "镜像仓库出错或无数据时，持续重试多长时间",
        "copy blobs from an older archive instead of downloading them. The archive that is replaced is always used. The flag can be repeated":
            "可从中复制数据块、免去重新拉取的旧归档（被替换的归档总会用到）；可重复指定",
        "write a delta archive, without the blobs of an older archive. ARCHIVE can also be the JSON that --list prints for it. The registry must have the images of the older archive. docker cannot load a delta archive. The flag can be repeated":
            "旧归档（或 --list 输出的该归档的 JSON），其中已有的数据块不再写入，得到增量归档；目标仓库必须已有旧归档的镜像，docker 不能加载增量归档；可重复指定",
        "verify a saved archive and download corrupt or missing blobs again. No other images are saved":
            "不保存镜像，而是校验已保存归档中的每个摘要，并重新拉取损坏或缺失的部分",
        "write the archive in parts of SIZE bytes: ARCHIVE.001 and so on. The checksums of the parts are in ARCHIVE.sha256. k, M and G are powers of 1000":
            "按此大小分卷写入归档：ARCHIVE.001 等，各卷的校验和写入 ARCHIVE.sha256；k、M、G 为 1000 的幂",
        "discard the data of an interrupted run and start over": "丢弃中断运行的遗留数据，从头开始",
        "write the result of each image to FILE. The format is JUnit XML if the name ends in .xml, else JSON":
            "把每个镜像的处理结果写入 FILE：文件名以 .xml 结尾时为 JUnit XML，否则为 JSON",
        "write the archive's SHA-256 to ARCHIVE.sha256, for sha256sum -c":
            "在归档旁写入其 SHA-256 校验文件 ARCHIVE.sha256，可用 sha256sum -c 校验",
        "create missing projects or repositories before the first push. This works for projects of Harbor, and for repositories of Amazon ECR with the keys of AWS_ACCESS_KEY_ID":
            "首次推送之前，创建缺少的项目（Harbor）或仓库（Amazon ECR，使用 AWS_ACCESS_KEY_ID 的密钥）",
        "limit all transfers together to RATE bytes a second. k, M and G are powers of 1000, as in 500k or 10M":
            "所有传输合计每秒的最大字节数，例如 500k 或 10M；k、M、G 为 1000 的幂",
        "save signatures, attestations and SBOMs of the images too. A load pushes those that the archive has":
            "同时保存引用这些镜像的内容：签名、证明（attestation）、软件物料清单；加载时会推送归档中已有的这些内容",
        "check everything that the run needs and transfer nothing. The exit status is 1 if anything would fail":
            "检查运行所需的一切，但不搬运任何数据；只要有任何一项会失败，退出码即为 1",
        "print the contents of the archive and load nothing": "打印归档的内容，不加载任何镜像",
        "set the output format of --list": "设置 --list 的输出格式",
        "show the progress on standard error. terminal redraws lines, plain prints a line every 30 seconds. auto is terminal if standard error is one, else plain":
            "在标准错误显示进度：terminal 在终端上刷新显示，plain 每 30 秒输出一行；auto 表示标准错误为终端时用 terminal，否则用 plain",
        "print only failures and the final count to standard error": "标准错误只输出失败信息和最后的统计",
        "log every request, login and decision to standard error. The lines begin with > and have no secrets":
            "在标准错误以 > 开头的行输出每个请求、登录和决定；其中不含任何机密",
        "print the version of the program and of its libraries": "打印版本及所含各库的版本",
    ]
}
