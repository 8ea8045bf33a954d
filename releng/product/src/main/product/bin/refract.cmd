@echo off
rem Runs Refract from the folder into which it was unpacked.
setlocal
for %%I in ("%~dp0..") do set "HOME_DIR=%%~fI"

set "JAVA_EXE="
for %%J in ("%JAVA_HOME%") do call :try "%%~J"
for /d %%J in ("%ProgramFiles%\Eclipse Adoptium\*" "%ProgramFiles%\Java\*" "%ProgramFiles%\Microsoft\jdk*" "%USERPROFILE%\.jdks\*") do call :try "%%~J"
if not defined JAVA_EXE (
  echo refract: Java 25 or newer was not found; install a JDK 25 or set JAVA_HOME to one. 1>&2
  exit /b 2
)

set "TORCH=%PYTORCH_LIBRARY_PATH%"
if not defined TORCH set "TORCH=%HOME_DIR%\native\pytorch"
set "FLAVOR=%PYTORCH_FLAVOR%"
if not defined FLAVOR if exist "%TORCH%\flavor" set /p FLAVOR=<"%TORCH%\flavor"
if not defined FLAVOR set "FLAVOR=cpu"
set "DEMO=%REFRACT_DEMO%"
if not defined DEMO set "DEMO=%HOME_DIR%\demo"

rem torch's threads wait for each other a moment awake: asleep at once they cost half the speed of small networks. On Windows they are Intel
rem OpenMP's, which would stay awake for 200 ms where others want to run. How many want to is not asked here: no answer comes without a program
rem that takes longer than the shortest wait, 1 ms.
if not defined OMP_WAIT_POLICY if not defined KMP_BLOCKTIME set "KMP_BLOCKTIME=1"

rem a short answer comes sooner without the optimising compiler
set "QUICK="
if "%~1"=="" set "QUICK=yes"
for %%A in (-V --version help extensions) do if "%~1"=="%%A" set "QUICK=yes"
call :help %*
if defined QUICK set "QUICK=-XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=4"

rem Java would begin with 1/64 of the machine's memory and fill that before it looks for what can be given back
set "HEAP=-Xms48m"
if defined REFRACT_JAVA_OPTIONS (
  echo "%REFRACT_JAVA_OPTIONS:"=%" | findstr /c:"-Xmx" /c:"-Xms" /c:"MaxHeapSize" >nul && set "HEAP="
)

"%JAVA_EXE%" %QUICK% %HEAP% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ^
  -Djava.awt.headless=true -Duser.language=en -Duser.country=US ^
  "-Djava.library.path=%HOME_DIR%\native\duckdb" ^
  "-Djava.util.logging.config.file=%HOME_DIR%\conf\logging.properties" ^
  "-DPYTORCH_LIBRARY_PATH=%TORCH%" "-DPYTORCH_FLAVOR=%FLAVOR%" -Dai.djl.offline=true -DOPT_OUT_TRACKING=true ^
  "-Drefract.home=%HOME_DIR%" "-Drefract.demo=%DEMO%" %REFRACT_JAVA_OPTIONS% ^
  -cp "%HOME_DIR%\lib\org.refract.launcher.jar;%HOME_DIR%\lib\org.apache.felix.framework.jar;%HOME_DIR%\lib\org.refract.api.jar" ^
  org.refract.launcher.Main %*
exit /b %ERRORLEVEL%

:help
if "%~1"=="" exit /b
if "%~1"=="-h" set "QUICK=yes"
if "%~1"=="--help" set "QUICK=yes"
shift
goto help

:try
if defined JAVA_EXE exit /b
if not exist "%~1\bin\java.exe" exit /b
for /f "tokens=2 delims==" %%V in ('findstr /b JAVA_VERSION= "%~1\release" 2^>nul') do set "VERSION=%%~V"
for /f "delims=." %%M in ("%VERSION%") do if %%M geq 25 set "JAVA_EXE=%~1\bin\java.exe"
exit /b
