/// What the flags mean, in Chinese.
///
/// The keys are the texts of the table of flags, so a flag whose meaning has changed shows the new one in English rather than an old one
/// in Chinese.
enum ChineseMeanings {
    static let table = [
        "text file that lists the images, one a line": "镜像列表文件，每行一个镜像",
        "archive of the images, as docker save writes it, in one file or in parts":
            "镜像归档文件，格式与 docker save 的输出相同，可以是单个文件或多个分卷",
        "registry in front of the names that the images have, or get, in the archive":
            "加在镜像名前面的源镜像仓库，归档中的镜像名即带有此前缀",
        "registry that the images are pushed to (required, but for --list and --check)":
            "推送的目标镜像仓库（必填，--list 和 --check 除外）",
        "text file that lists the Windows images; without it there are none": "Windows 镜像列表文件；不指定则没有 Windows 镜像",
        "Windows releases that the Windows images are there for": "Windows 镜像所对应的 Windows 版本，以逗号分隔",
        "Windows release of the images: 1809, ltsc2022, ...": "镜像的 Windows 版本：1809、ltsc2022 等",
        "print this text": "打印帮助信息",
        "who moves the images: the docker command, or this program by itself; auto is docker in shell mode where a daemon answers, else registry":
            "由谁来搬运镜像：docker 命令（docker），或本程序自身（registry）；auto 表示在 shell 模式下且 docker 守护进程有响应时用 docker，否则用 registry",
        "transfers at a time (default: chosen for the machine)": "同时进行的传输数（默认按机器情况选取）",
        "which image of a multi-platform name; may be repeated": "多平台镜像取哪个平台；可重复指定",
        "exit with 1 where any image fails": "只要有任何镜像失败，退出码即为 1",
        "what docker save writes with its containerd store, since docker 25, and before docker 25":
            "归档格式：使用 containerd 存储的 docker（containerd）、docker 25 及以后（docker）、docker 25 之前（legacy）的 docker save 输出",
        "write the references that failed into FILE, a list to run again": "把失败的镜像写入 FILE，可直接作为下次运行的镜像列表",
        "registry without a valid certificate or without TLS, beside those of docker's settings; may be repeated":
            "没有有效证书或没有 TLS 的镜像仓库，docker 配置中的同样有效；可重复指定",
        "certificates of authorities, PEM or DER, that are believed beside the system's":
            "除系统 CA 之外还信任的 CA 证书文件，PEM 或 DER 格式",
        "user at the registry that --registry, or else --source-registry, names; goes before docker's and podman's logins":
            "--registry（未指定时为 --source-registry）所指镜像仓库的用户名，优先于 docker 和 podman 的登录信息",
        "read the password of --username from standard input; without it RANCHER_IMAGES_PASSWORD has it":
            "从标准输入读取 --username 的密码；不指定时取自 RANCHER_IMAGES_PASSWORD",
        "of what gzip compresses: 1 is the fastest, 9 the smallest": "gzip 压缩级别：1 最快，9 最小",
        "how long a registry is tried again that fails or sends nothing": "镜像仓库出错或无数据时，持续重试多长时间",
        "older archive to copy from what need not be fetched, beside the one that is replaced; may be repeated":
            "可从中复制数据块、免去重新拉取的旧归档（被替换的归档总会用到）；可重复指定",
        "older archive, or the JSON that --list prints of it, whose blobs are left out: a delta, for registries that have the older one's images; docker cannot load it; may be repeated":
            "旧归档（或 --list 输出的该归档的 JSON），其中已有的数据块不再写入，得到增量归档；目标仓库必须已有旧归档的镜像，docker 不能加载增量归档；可重复指定",
        "save nothing, but prove every digest of an archive that was saved here, and fetch anew what is damaged or missing":
            "不保存镜像，而是校验已保存归档中的每个摘要，并重新拉取损坏或缺失的部分",
        "write the archive in parts of this size, ARCHIVE.001 and so on, with their checksums in ARCHIVE.sha256; k, M and G are powers of 1000":
            "按此大小分卷写入归档：ARCHIVE.001 等，各卷的校验和写入 ARCHIVE.sha256；k、M、G 为 1000 的幂",
        "drop what a stopped run has left, and begin anew": "丢弃中断运行的遗留数据，从头开始",
        "write what became of each image into FILE: as JUnit XML where the name ends in .xml, else as JSON":
            "把每个镜像的处理结果写入 FILE：文件名以 .xml 结尾时为 JUnit XML，否则为 JSON",
        "write the archive's SHA-256 beside it, into ARCHIVE.sha256, for sha256sum -c":
            "在归档旁写入其 SHA-256 校验文件 ARCHIVE.sha256，可用 sha256sum -c 校验",
        "make the projects (Harbor) or repositories (Amazon ECR, with the keys of AWS_ACCESS_KEY_ID) that are missing, before the first push":
            "首次推送之前，创建缺少的项目（Harbor）或仓库（Amazon ECR，使用 AWS_ACCESS_KEY_ID 的密钥）",
        "most bytes a second of all transfers together, such as 500k or 10M; k, M and G are powers of 1000":
            "所有传输合计每秒的最大字节数，例如 500k 或 10M；k、M、G 为 1000 的幂",
        "save what refers to the images too: signatures, attestations, bills of materials; a load pushes what the archive has":
            "同时保存引用这些镜像的内容：签名、证明（attestation）、软件物料清单；加载时会推送归档中已有的这些内容",
        "look at everything that the run needs, and move nothing; exit with 1 where anything would fail":
            "检查运行所需的一切，但不搬运任何数据；只要有任何一项会失败，退出码即为 1",
        "print what the archive holds, and load nothing": "打印归档的内容，不加载任何镜像",
        "how --list prints it": "--list 的输出格式",
        "how far the run is, on standard error: lines that are drawn anew on a terminal, or a plain line every 30 seconds; auto is terminal where standard error is one, else plain":
            "在标准错误显示进度：terminal 在终端上刷新显示，plain 每 30 秒输出一行；auto 表示标准错误为终端时用 terminal，否则用 plain",
        "on standard error, tell failures and the count at the end, and no more": "标准错误只输出失败信息和最后的统计",
        "tell on standard error of every request, login and decision, in lines with a >; no secret is among it":
            "在标准错误以 > 开头的行输出每个请求、登录和决定；其中不含任何机密",
        "print the version, and those of the libraries inside": "打印版本及所含各库的版本",
    ]
}
