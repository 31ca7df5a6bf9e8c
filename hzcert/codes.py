"""Every kind of finding, by chapter: what it says, what to do next, and the clause it rests on.

1 reading · 2 the person · 3 the qualification · 4 photos · 5 published documents · 7 register · 8 print.
``E`` sets an entry aside, ``W`` asks for a look, ``I`` only tells. A code's meaning never changes.
"""

from hzcert.findings import Code, Severity

E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741 - the legend of the table below

# fmt: off
# 1 reading -------------------------------------------------------------------------------------------------------
NO_HEADER = Code("HZ101", E, "", "三.3", "工作表中找不到表头：没有一行含有“姓名”“身份证号”等栏目",
    "请在表中加上表头行，或删去这张无关的工作表")
NO_COLUMN = Code("HZ102", E, "", "三.3", "表中没有必需的栏目：{missing}", "请补上栏目，或把相近的栏目（{nearest}）改为规定的名称")
ROWS_CUT = Code("HZ103", I, "", "三.3", "略过 {count} 行非人员内容（{kinds}）：第 {rows} 行", "请看一眼这些行确实不是人员")
COLUMN_UNKNOWN = Code("HZ104", I, "", "三.3", "不认识的栏目“{heading}”，未读入", "如需读入，请改用规定的栏目名称")
COLUMN_TWICE = Code("HZ105", W, "", "三.3", "栏目“{heading}”与前面的“{first}”意思相同，只读前一栏", "请删去多余的一栏")
TIDIED_NAME = Code("HZ106", I, "name", "三.3", "姓名已规范：“{before}”改为“{after}”（空格、间隔号或不可见字符）", "无需处理")
TIDIED_ID = Code("HZ107", I, "id_number", "三.3", "身份证号已规范：去掉空格、全角字符或改正 X 的写法", "无需处理")
ID_DAMAGED = Code("HZ108", E, "id_number", "三.3", "身份证号以数字格式存放，末三位已被电子表格破坏，不可采信{clue}",
    "请把该列设为文本格式，照身份证重新填写全部 18 位")
DATE_UNREADABLE = Code("HZ110", E, "birth_date", "三.3", "{heading}“{value}”不是可识别的日期", "请写成 1970-10 或 1970-10-05 的形式")
DATE_AMBIGUOUS = Code("HZ111", E, "birth_date", "三.3", "{heading}以数字存放，{candidates} 无法分辨", "请改为文本 1970-10 的形式")
DATE_SETTLED = Code("HZ112", I, "birth_date", "三.3", "出生年月“{value}”可为 {candidates}，按身份证号定为 {settled}", "无需处理")
REGION_DERIVED = Code("HZ113", I, "region", "三.2", "表中没有属地一栏，按填报单位“{unit}”定为{region}", "无需处理；如有不符请加上属地一栏")

# 2 the person ----------------------------------------------------------------------------------------------------
MISSING = Code("HZ201", E, "", "三.1", "缺少{heading}", "请补填{heading}")
ID_FORM = Code("HZ202", E, "id_number", "三.3", "身份证号应为 18 位（或 15 位旧号），现为 {length} 位或含有其他字符", "请对照身份证核对后改正")
ID_CHECK = Code("HZ203", E, "id_number", "三.3", "身份证号校验码不符，至少有一位填错", "请对照身份证核对后改正")
ID_BIRTH = Code("HZ204", E, "id_number", "三.3", "身份证号中的出生日期不存在或晚于今天", "请对照身份证核对后改正")
SEX_DIFFERS = Code("HZ205", E, "sex", "三.3", "性别与身份证号第 17 位不符：号码表示{expected}", "请对照身份证核对性别和号码")
BIRTH_DIFFERS = Code("HZ206", E, "birth_date", "三.3", "出生年月与身份证号不符：号码表示 {expected}", "请对照身份证核对出生年月和号码")
ID_OLD_FORM = Code("HZ207", W, "id_number", "三.3", "15 位旧身份证号，对应的 18 位号码为 {lengthened}，已按 18 位登记", "请核对换领的身份证")
ID_DIVISION = Code("HZ208", W, "id_number", "三.3", "身份证号前六位 {code} 不是公布过的行政区划代码", "请对照身份证核对；老号码确有此码的可不理会")
ID_PROVINCE = Code("HZ209", E, "id_number", "三.3", "身份证号前两位 {code} 不是任何省份的代码", "请对照身份证核对后改正")
NAME_STRANGE = Code("HZ210", E, "name", "三.3", "姓名中有不能成立的字符：{signs}", "请按身份证填写；生僻字请用 GB 18030 汉字，不要用问号、图片或自造字")
NAME_NOT_HAN = Code("HZ211", W, "name", "三.3", "姓名不是汉字", "请核对身份证上的姓名")
SEX_UNKNOWN = Code("HZ212", E, "sex", "三.3", "性别只能是男或女", "请改正")
TWO_NAMES = Code("HZ213", E, "name", "三.3", "同一身份证号有两个姓名：另见 {other}", "请核对号码属于谁；改过名的请填曾用名")
ID_DIVISION_GONE = Code("HZ214", W, "id_number", "三.3", "身份证号前六位 {code} 在 {last} 年后已不用，出生却更晚", "请对照身份证核对号码")
NAME_SHORT = Code("HZ215", W, "name", "三.3", "姓名只有一个字", "请核对身份证上的姓名是否写全")
TEXT_STRANGE = Code("HZ216", E, "", "三.3", "{heading}中有不能成立的字符或电子表格的出错标记：{signs}", "请对照原证书重新填写{heading}")

# 3 the qualification ---------------------------------------------------------------------------------------------
TITLE_UNKNOWN = Code("HZ301", E, "title", "三.3", "资格名称不在 GB/T 8561 及政策扩充的名称中", "请按原证书填写规范的资格名称")
LEVEL_UNKNOWN = Code("HZ302", E, "level", "三.3", "级别应为正高、副高、中级、助理级、员级之一", "请改正")
LEVEL_DIFFERS = Code("HZ303", E, "level", "三.3", "级别与资格名称不符：{title}为{expected}", "请对照原证书核对级别和资格名称")
SERIES_DIFFERS = Code("HZ304", E, "series", "三.3", "系列与资格名称不符：{title}属于{expected}", "请对照原证书核对系列和资格名称")
TITLE_AMBIGUOUS = Code("HZ305", E, "title", "三.3", "资格名称有几种可能：{candidates}", "请填写系列，或写明如“中学高级教师”")
REGION_UNKNOWN = Code("HZ306", E, "region", "三.2", "属地应为{known}之一", "请改正")
CASE_UNKNOWN = Code("HZ307", E, "case", "三.1", "业务类型应为{known}之一", "请改正")
DEPARTMENT_ELSEWHERE = Code("HZ308", W, "department", "三.2", "主管部门“{unit}”是{named}的，属地却是{region}", "请核对主管部门和属地（属地管理）")
EMPLOYER_ELSEWHERE = Code("HZ309", W, "employer", "三.2", "工作单位“{unit}”是{named}的，属地却是{region}", "请核对工作单位和属地（属地管理）")
OUT_NATIONAL = Code("HZ310", E, "obtained_by", "一", "全国及省统一组织的考试取得的证书不在换证范围", "请退回本人")
OUT_REVIEW = Code("HZ311", E, "committee", "一", "不是本市中初级评审委员会评审的中初级资格", "请退回；外地取得的按调入确认办理")
OUT_EXAM = Code("HZ312", E, "committee", "一", "不是市人事局或（初级的）县区人事局组织的考试", "请退回本人，或改正评审组织一栏")
WAY_UNLISTED = Code("HZ313", W, "obtained_by", "一", "取得方式“{way}”通知未列明，请人工确认是否在换证范围", "请对照公布文件确认")
OUT_SENIOR = Code("HZ314", E, "committee", "一", "不是浙江省高级评审委员会评审的高级资格", "请退回；外省取得的按调入确认办理")
PHASE_OVER = Code("HZ315", W, "level", "二", "该类证书的换证应在 {deadline} 前完成，现已过期", "请报职评中心确认是否仍受理")
NOT_OURS = Code("HZ316", E, "region", "三.2", "{region}人员不归{authority}审核", "请转交{right}")
DEPARTMENT_OF_FEW = Code("HZ317", W, "department", "三.2", "“{employer}”的主管部门填法不一：多数填{usual}", "请统一主管部门的名称；花名册和证书按它分发")
COUNTY_REVIEW = Code("HZ318", W, "committee", "一", "县区评审组织“{committee}”不评{level}", "请对照公布文件核对评审组织和级别；中级由市中级评审委员会评审")
COMMITTEE_LEVEL = Code("HZ319", W, "committee", "一", "评审组织是{said}的，级别却是{level}", "请对照原证书核对评审组织和级别")
OBTAINED_LATER = Code("HZ320", E, "obtained_on", "三.3", "取得时间晚于办理日期 {as_of}", "请对照公布文件改正")
OBTAINED_YOUNG = Code("HZ321", E, "obtained_on", "三.3", "取得时间时不满 {age} 岁", "请核对取得时间和出生年月")
DOCUMENT_EARLIER = Code("HZ322", W, "document_date", "三.4", "公布日期早于取得时间", "请对照公布文件核对两个日期")
DOCUMENT_FORM = Code("HZ323", W, "document_no", "三.4", "公布文号不成格式（如 湖人专[2005]99号）", "请对照公布文件改正")
DOCUMENT_YEAR = Code("HZ324", W, "document_no", "三.4", "公布文号 {document_no} 的年份与{heading} {day} 不合", "请对照公布文件核对文号和日期")
COMMITTEE_EARLY = Code("HZ325", W, "obtained_on", "三.3", "取得时间早于“{committee}”所在区的设立", "请核对取得时间和评审组织")
OBTAINED_YOUNG_FOR_LEVEL = Code("HZ326", W, "obtained_on", "三.3", "取得{level}时只有 {age} 岁，少见", "请核对取得时间和出生年月")
NO_COMMITTEE = Code("HZ327", W, "committee", "一", "评审取得的资格没有填评审组织，不能看出是否在换证范围", "请对照公布文件补填评审组织")
DOCUMENT_LATER = Code("HZ328", E, "document_date", "三.4", "公布日期晚于办理日期 {as_of}", "请对照公布文件改正")
SAME_CERTIFICATE = Code("HZ330", E, "id_number", "三.4", "同一证书重复填报：另见 {other}", "请删去重复的一行")
SAME_OLD_NUMBER = Code("HZ331", E, "old_certificate_no", "三.2", "原证书编号与另一份证书相同：另见 {other}", "请对照原证书改正")
NEW_TOO_OLD = Code("HZ340", E, "obtained_on", "五.3", "新发仅限 {since} 起取得的资格，此前取得的应为换发", "请改业务类型，并收回原证书")
EXCHANGE_TOO_NEW = Code("HZ341", W, "obtained_on", "五.3", "{since} 起取得的资格本应直接发新证书，不需换发", "请核对业务类型")
UNCONFIRMED = Code("HZ342", E, "transfer_confirmed_no", "五.1", "调入人员没有确认文号（附件3）", "请先填《调入专业技术人员资格审定表》报确认")
NO_LOSS_NOTICE = Code("HZ343", E, "loss_notice", "五.2", "遗失补发没有遗失声明（报纸和日期）", "请本人在当地公开发行的报纸上刊登声明")
RETIRED_LATER = Code("HZ344", E, "retired_on", "四", "离退休时间晚于办理日期 {as_of}", "请核对离退休时间")
NO_OLD_NUMBER = Code("HZ345", W, "old_certificate_no", "三.2", "换发未填原证书编号", "请对照原证书补填；原证书应一并收回")
CONFIRMATION_FORM = Code("HZ346", W, "transfer_confirmed_no", "五.1", "调入确认文号不成格式（如 湖人专[2007]18号）", "请对照确认文件改正")
CONFIRMED_OTHERWISE = Code("HZ347", W, "transfer_confirmed_no", "五.1", "填了调入确认文号，业务类型却是{case}", "请核对业务类型：调入人员应为调入确认")
LOSS_NOTICE_VAGUE = Code("HZ348", W, "loss_notice", "五.2", "遗失声明看不出报纸或日期", "请写明报纸名称和刊登日期，如 湖州日报 2007-06-12")
LOST_OTHERWISE = Code("HZ349", W, "loss_notice", "五.2", "填了遗失声明，业务类型却是{case}", "请核对业务类型：遗失的应为遗失补发")
RETIRED_YOUNG = Code("HZ350", W, "retired_on", "四", "离退休时只有 {age} 岁，少见", "请核对离退休时间和出生年月")
OBTAINED_RETIRED = Code("HZ351", W, "obtained_on", "四", "取得时间晚于离退休时间 {retired_on}", "请核对两个时间")
RETIRED_CHILD = Code("HZ352", E, "retired_on", "四", "离退休时间时不满 {age} 岁", "请核对离退休时间和出生年月")
CONFIRMATION_YEAR = Code("HZ353", W, "transfer_confirmed_no", "五.1", "调入确认文号 {number} 的年份早于取得时间 {obtained_on} 或晚于办理日期", "请对照确认文件核对")
LOSS_NOTICE_DATE = Code("HZ354", W, "loss_notice", "五.2", "遗失声明的日期早于取得时间 {obtained_on} 或晚于办理日期", "请对照报纸核对刊登日期")
OLD_NUMBER_IS_DOCUMENT = Code("HZ355", W, "old_certificate_no", "三.2", "原证书编号“{number}”就是文号，不是证书自己的编号", "请对照原证书填写证书编号")

# 4 photos --------------------------------------------------------------------------------------------------------
PHOTO_UNREADABLE = Code("HZ401", E, "photo", "三.3", "照片不能读取：{why}", "请重新扫描或拍摄，存成 JPG")
PHOTO_NAME = Code("HZ402", E, "photo", "三.3", "照片文件名中没有正确的身份证号", "请用持证人的身份证号做文件名")
PHOTO_SMALL = Code("HZ403", E, "photo", "三.3", "照片太小：{width}×{height} 像素，不足 {min_width}×{min_height}", "请按每英寸 200 像素重新扫描二寸照片")
PHOTO_SHAPE = Code("HZ404", E, "photo", "三.3", "照片太扁或太长（高宽比 {ratio}），裁不出证件照", "请提供二寸竖幅照片")
PHOTO_GREY = Code("HZ405", E, "photo", "三.1", "不是彩色照片（色彩 {measured}，至少 {limit}）", "请提供近期彩色照片")
PHOTO_BACKGROUND = Code("HZ406", E, "photo", "三.1", "背景不是白色（近白部分 {measured}，至少 {limit}）", "请提供白底照片")
PHOTO_UNEVEN = Code("HZ407", W, "photo", "三.1", "背景不够均匀（近白部分 {measured}，应有 {limit}）", "请看一眼背景是否有阴影或杂物")
PHOTO_NO_FACE = Code("HZ408", E, "photo", "三.1", "照片中找不到人脸", "请提供本人免冠正面照片")
PHOTO_FACES = Code("HZ409", E, "photo", "三.1", "照片中有 {count} 张人脸", "请提供单人照片")
PHOTO_BLURRED = Code("HZ410", E, "photo", "三.1", "照片模糊（清晰度 {measured}，至少 {limit}）", "请重新扫描或拍摄")
PHOTO_SOFT = Code("HZ411", W, "photo", "三.1", "照片不够清晰（清晰度 {measured}，应有 {limit}）", "请看一眼，必要时重新扫描")
PHOTO_EXPOSURE = Code("HZ412", W, "photo", "三.1", "照片过亮、过暗或反差太小（{measured}）", "请看一眼，必要时重新拍摄")
PHOTO_MISSING = Code("HZ413", E, "id_number", "三.1", "没有照片", "请收取照片，以身份证号命名放入照片文件夹")
PHOTO_NO_HOLDER = Code("HZ414", W, "photo", "三.3", "照片没有对应的人员", "请核对文件名中的身份证号，或补报人员")
PHOTO_SPARE = Code("HZ415", W, "photo", "三.3", "同一人有几张照片，用了 {used}", "请删去不用的一张")
PHOTO_SHARED = Code("HZ416", E, "photo", "三.3", "与另一人的照片是同一张：{other}", "请核对照片是谁的")
PHOTO_REJECTED = Code("HZ417", E, "id_number", "三.1", "照片不合格：{source}（{codes}）", "请按照片的问题换一张")
PHOTO_HEAD = Code("HZ418", W, "photo", "三.1", "头部大小或位置不合适（头高占 {measured}）", "请看一眼，必要时重新拍摄")
PHOTO_ONE_TONE = Code("HZ419", W, "photo", "三.1", "色调单一，像是黑白照片着色或泛黄（{measured}，应有 {limit}）", "请看一眼，必要时换成彩色照片")
PHOTO_FORMAT = Code("HZ420", E, "photo", "三.3", "文件不是 JPG 格式，而是 {format}", "请先运行 hzcert photos normalize")
PHOTO_BYTES = Code("HZ421", E, "photo", "三.3", "文件 {bytes} 字节，超过 {limit}", "请先运行 hzcert photos normalize")
PHOTO_LARGE = Code("HZ422", E, "photo", "三.3", "照片太大：{width}×{height} 像素，超过 {max_width}×{max_height}", "请先运行 hzcert photos normalize")
PHOTO_TURNED = Code("HZ423", W, "photo", "三.3", "照片方向不正，按人脸须顺时针转 {degrees} 度", "请看一眼转得对不对")
PHOTO_RATIO = Code("HZ424", E, "photo", "三.3", "高宽比 {ratio}，应约为 3：2（{min_ratio} 至 {max_ratio}）", "请先运行 hzcert photos normalize")

# 5 published documents -------------------------------------------------------------------------------------------
UNPUBLISHED = Code("HZ501", E, "name", "三.4", "公布文件中没有此人：{reason}", "请对照公布文件核对姓名、资格名称和文号")
AMBIGUOUS = Code("HZ502", E, "name", "三.4", "公布文件中有几行可能是此人：{candidates}", "请核对工作单位和专业，由经办人认定")
DIFFERS = Code("HZ503", E, "name", "三.4", "与公布文件不符：{differences}", "请对照公布文件核对，改正填报或由经办人认定")
CLAIMED_TWICE = Code("HZ504", E, "name", "三.4", "公布文件中的同一行已被 {other} 用去", "请核对谁是公布的人")
DOCUMENT_NOT_HELD = Code("HZ506", E, "document_no", "三.4", "没有收到公布文件 {document_no}", "请把该公布文件的名单放入 published 文件夹")
DIFFERENCE_ACCEPTED = Code("HZ507", W, "name", "三.4", "与公布文件略有出入，按政策接受：{differences}", "请看一眼")

UNRECONCILED = Code("HZ508", E, "name", "三.4", "没有与公布文件核对相符的记录", "请先用 hzcert run 或 hzcert reconcile 核对（同一登记簿），核对后不要再改")

# 7 register, 8 print ---------------------------------------------------------------------------------------------
REGISTERED_OTHERWISE = Code("HZ701", E, "name", "三.4", "登记簿中这份证书（{number}）的持证人是{registered}", "请核对姓名；改过名的先更正登记")
REGISTERED_SPECIALTY = Code("HZ702", E, "specialty", "三.4", "登记簿中同一文件的这一资格已编号（{number}），专业为{registered}", "请核对专业；确为两份证书的请职评中心认定")
NO_GLYPH = Code("HZ801", E, "", "三.4", "{heading}“{text}”中的 {sign}（{point}）没有字形，不打印这份证书", "请把含有这个字的字库加进版式文件的 [fonts]（见 docs/certificates.md）")
NO_ROOM = Code("HZ802", E, "", "三.4", "{heading}“{text}”太长，证书上放不下", "请与本人商定简称，或换用更大的版式")
# fmt: on

CODES: dict[str, Code] = {code.id: code for code in list(globals().values()) if isinstance(code, Code)}
